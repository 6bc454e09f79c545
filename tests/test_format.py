"""One number reads the same wherever it is shown."""

import math

import pytest

from app.bank.comparison import shown
from app.format import count, markdown_table, number
from app.lab.evidence import grids
from app.tui.widgets import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (7, "7"),
        (20_000, "20,000"),
        (20_000.0, "20,000"),
        (0.80625, "0.806"),
        (134.62, "135"),
        (999.7, "1,000"),
        (0.00002, "2e-05"),
        (1e30, "1e+30"),
        (math.nan, "not finite"),
        (-math.inf, "not finite"),
        ("a \x1b[31m name", "a \\x1b[31m name"),
    ],
)
def test_a_number_is_short_and_says_what_it_is(value: object, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("value", [20_000.0, 0.80625, 134.62, 1234.5, 0.00002, math.nan])
def test_the_lab_a_report_and_a_finding_agree(value: float) -> None:
    (grid,) = grids(["page"], {"loss": {"page": value}})
    texts = {grid.rows[0][1], str(numbers._cell(value)), shown(value)}
    assert texts == {number(value)}


def test_an_amount_has_its_plural() -> None:
    assert (count(1, "day"), count(0, "day"), count(1200, "day")) == ("1 day", "0 days", "1,200 days")


def test_a_cell_of_a_markdown_table_is_text_whatever_is_in_it() -> None:
    lines = list(markdown_table(["", "a|b"], [["<b>", "two\nlines"]]))
    assert lines == ["|  | a\\|b |", "| --- | --- |", "| &lt;b> | two lines |"]
