"""A verdict's evidence as grids of text, for the report of a run and for the page of proofs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.format import number
from experiments.engine.experiment import Table

ABREAST = 4
"""How many variants stand side by side; more of them stand one under the other."""


@dataclass(frozen=True)
class Grid:
    """A small table of text; without a title it is the measures by variant."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


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
