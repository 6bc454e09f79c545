"""What an outcome stands on, and how it is printed: small grids of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.format import literal, markdown_table, number
from app.lab.plan import Plan
from experiments.engine import Run
from experiments.engine.outcome import Table

ABREAST = 4
"""How many variants stand side by side; more of them stand one under the other."""


@dataclass(frozen=True)
class Grid:
    """A small table of text; without a title it is the measures by variant."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def watched(plan: Plan, runs: Mapping[str, Run]) -> Table:
    """What was watched, side by side."""
    rows = {name: {variant: run.value(name) for variant, run in runs.items()} for name in plan.watch}
    return {name: row for name, row in rows.items() if any(value is not None for value in row.values())}


def grids(variants: Sequence[str], table: Table) -> Iterator[Grid]:
    """The measures by variant, and after it each table that was measured."""
    measures = [
        name for name, row in table.items() if not any(isinstance(cell, list) for cell in row.values())
    ]
    columns = [*variants, *(column for name in measures for column in table[name])]
    columns = [one for one in dict.fromkeys(columns) if any(one in table[name] for name in measures)]
    rows = [[name, *(_text(table[name].get(column)) for column in columns)] for name in measures]
    grid = [["", *columns], *rows]
    if len(columns) > ABREAST:
        grid = [list(row) for row in zip(*grid, strict=True)]
    if measures:
        yield Grid("", grid[0], grid[1:])
    for name, row in table.items():
        for variant, cell in row.items():
            if isinstance(cell, list) and cell:
                yield _measured(f"{name}, {variant}", cell)
            elif name not in measures and cell is not None:
                yield Grid(f"{name}, {variant}", [_text(cell)], [])


def _measured(title: str, cells: Sequence[Sequence[Any]]) -> Grid:
    """A measured table, its short rows filled up."""
    wide = max(len(row) for row in cells)
    padded = [[_text(cell) for cell in row] + [""] * (wide - len(row)) for row in cells]
    return Grid(title, padded[0], padded[1:])


def _text(value: Any) -> str:
    return number(value) if value is None or isinstance(value, int | float | str) else str(value)


def markdown(variants: Sequence[str], table: Table) -> Iterator[str]:
    """The grids as lines of Markdown, each after an empty line."""
    for grid in grids(variants, table):
        yield ""
        if grid.title:
            yield from (f"{literal(grid.title)}:", "")
        yield from markdown_table(grid.headers, grid.rows)
