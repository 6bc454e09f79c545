"""What was measured, side by side."""

import math
from collections.abc import Mapping
from typing import Any

from rich.table import Table as RichTable
from rich.text import Text
from textual.widgets import Static

from app.tui import palette
from app.tui.text import number

NAMES = {
    "loss": "loss, last 10 steps",
    "grad_norm": "gradient norm, last 10",
    "learning_rate": "learning rate, last 10",
    "accuracy": "accuracy",
    "f1": "F1",
    "tokens": "tokens computed",
    "padding": "of them padding",
    "seconds": "seconds in steps",
}


class Numbers(Static):
    """One row a number, one column a variant; for two variants, how many times the one is the other."""

    def show(self, rows: Mapping[str, Mapping[str, Any]], variants: list[str]) -> None:
        """Rows by name, each with its values by variant."""
        table = RichTable.grid(padding=(0, 2), expand=False)
        table.add_column(max_width=34)
        for _ in variants:
            table.add_column(justify="right")
        heads = [Text(name, style=f"bold {palette.rich(i)}") for i, name in enumerate(variants)]
        table.add_row(Text(""), *heads)
        small_tables: list[tuple[str, str, Any]] = []
        for name, values in rows.items():
            cells = [values.get(variant) for variant in variants]
            for variant, cell in zip(variants, cells, strict=True):
                if isinstance(cell, list):
                    small_tables.append((name, variant, cell))
            if not any(isinstance(cell, list) for cell in cells):
                table.add_row(
                    Text(NAMES.get(name, name.replace("_", " "))), *map(_cell, cells), _ratio(cells)
                )
        outer = RichTable.grid()
        outer.add_row(table)
        for name, variant, cell in small_tables:
            outer.add_row(_small_table(f"{name.replace('_', ' ')} · {variant}", cell))
        self.update(outer)


def _cell(value: object) -> Text:
    return Text(number(value), overflow="fold")


def _ratio(cells: list[Any]) -> Text:
    """`▲ 6.2×` for two positive numbers that differ, the second held against the first."""
    if len(cells) != 2 or not all(isinstance(c, int | float) and math.isfinite(c) and c > 0 for c in cells):
        return Text("")
    ratio = cells[1] / cells[0]
    if 0.995 < ratio < 1.005:
        return Text("=")
    return Text(f"▲ {ratio:.3g}×" if ratio > 1 else f"▼ {ratio:.2g}×")


def _small_table(title: str, rows: list[list[Any]]) -> RichTable:
    table = RichTable(title=Text(title), title_justify="left", box=None, padding=(0, 1))
    heading, *body = rows or [[]]
    for name in heading:
        table.add_column(Text(str(name), style="bold"), overflow="fold")
    for row in body:
        table.add_row(*map(_cell, row))
    return table
