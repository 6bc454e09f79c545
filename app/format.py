"""How a measured value, an amount and a table read: the same on a screen, on a line and in a file."""

import math
from collections.abc import Iterator, Sequence

from app.text import clean

LONGEST_WHOLE = 1e9
"""From here on a number that was not counted is written by its power of ten."""


def number(value: object) -> str:
    """A measured value, short: three figures, or whole where it is whole or large."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float() if not math.isfinite(value):
            return "not finite"
        case float() if abs(value) < LONGEST_WHOLE and (value == int(value) or abs(value) >= 100):
            return f"{value:,.0f}"
        case float():
            return f"{value:.3g}"
    return clean(str(value))


def count(amount: int, name: str) -> str:
    """`1 question`, `2 questions`."""
    return f"{amount:,} {name}{'' if amount == 1 else 's'}"


def clock_time(seconds: float) -> str:
    """As a clock shows it: 12:05."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table. A cell is one line of text, whatever is in it."""
    for row in (headers, ["---"] * len(headers), *rows):
        cells = (literal(cell).replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"


def literal(text: str) -> str:
    """The text in one line of Markdown; what would be a tag is text too."""
    return " ".join(text.split()).replace("<", "&lt;")
