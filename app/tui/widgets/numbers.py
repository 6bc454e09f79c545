"""What was measured, side by side."""

import math
from collections.abc import Mapping
from typing import Any

from rich.table import Table as RichTable
from rich.text import Text
from textual.widgets import Static

from app.format import number
from app.tui import palette
from experiments.engine.measures import MEASURES

MOST_COLUMNS = 3


class Numbers(Static):
    """One row per number, one column per variant; for two variants, how many times the one is the other."""

    def show(self, rows: Mapping[str, Mapping[str, Any]], variants: list[str]) -> None:
        """Rows by name, each with its values by variant."""
        tables = {
            (name, variant): cell
            for name, values in rows.items()
            for variant, cell in values.items()
            if isinstance(cell, list)
        }
        tabular = {name for name, _ in tables}
        plain_rows = {name: values for name, values in rows.items() if name not in tabular}
        side_by_side = _by_number if len(variants) <= MOST_COLUMNS else _by_variant
        outer = RichTable.grid()
        if plain_rows:
            outer.add_row(side_by_side(plain_rows, variants))
        for (name, variant), cell in tables.items():
            outer.add_row(_small_table(f"{_title(name)} · {variant}", cell))
        self.update(outer)


def _by_number(rows: Mapping[str, Mapping[str, Any]], variants: list[str]) -> RichTable:
    """A row per number, a column per variant."""
    table = RichTable.grid(padding=(0, 2))
    table.add_column(max_width=34)
    for _ in variants:
        table.add_column(justify="right")
    table.add_row(Text(""), *(_head(index, variant) for index, variant in enumerate(variants)))
    for name, values in rows.items():
        cells = [values.get(variant) for variant in variants]
        table.add_row(Text(_title(name)), *map(_cell, cells), _ratio(cells))
    return table


def _by_variant(rows: Mapping[str, Mapping[str, Any]], variants: list[str]) -> RichTable:
    """A row per variant, a column per number: for more variants than fit side by side."""
    table = RichTable.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in rows:
        table.add_column(justify="right", max_width=16)
    table.add_row(Text(""), *(Text(_title(name), style="bold") for name in rows))
    for index, variant in enumerate(variants):
        table.add_row(_head(index, variant), *(_cell(values.get(variant)) for values in rows.values()))
    return table


def _head(index: int, variant: str) -> Text:
    return Text(variant, style=f"bold {palette.rich(index)}")


def _title(name: str) -> str:
    measure = MEASURES.get(name)
    return (measure and measure.label) or name.replace("_", " ")


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
