"""What is inside a value, drawn: numbers as a heat map, a batch as its pairs, a dataset as rows."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from app.text import clean
from experiments.engine.events import Value

SHADES = "·░▒▓█"
NUMBERS = 12
"""So many columns at most are written as numbers; more are drawn as shades."""
SEGMENTS = ("cyan", "magenta")


def inside(value: Value) -> RenderableType | None:
    """What is inside, None where nothing was told."""
    if pairs := value.inside.get("pairs"):
        return Group(*map(_pair, pairs), _legend(pairs))
    if rows := value.inside.get("rows"):
        return _rows(rows)
    if numbers := value.inside.get("numbers"):
        return _numbers(numbers) if len(numbers[0]) <= NUMBERS else _shades(numbers)
    return None


def _pair(tokens: Sequence[tuple[str, int, bool]]) -> Text:
    """One pair's tokens: the first segment's in one colour, the second's in another, what is masked faint."""
    text = Text("  ")
    for word, segment, is_seen in tokens:
        text.append(f"{clean(word)} ", Style(color=SEGMENTS[segment % 2]) if is_seen else Style(dim=True))
    return text


def _legend(pairs: Sequence[Sequence[tuple[str, int, bool]]]) -> Text:
    segments = sorted({segment for pair in pairs for _, segment, is_seen in pair if is_seen})
    hidden = sum(not is_seen for pair in pairs for *_, is_seen in pair)
    text = Text("  ")
    for segment in segments:
        text.append(f"segment {segment}  ", SEGMENTS[segment % 2])
    return text.append(f"left out by the attention_mask: {hidden:,} of {sum(map(len, pairs)):,}", "dim")


def _rows(rows: Sequence[Sequence[str]]) -> Table:
    heading, *body = rows
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in heading:
        table.add_column(Text(clean(name), style="bold"), overflow="ellipsis", no_wrap=True)
    for row in body:
        table.add_row(*(Text(clean(cell)) for cell in row))
    return table


def _numbers(rows: Sequence[Sequence[Any]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in rows[0]:
        table.add_column(justify="right")
    for row in rows:
        table.add_row(*(Text("not finite" if number is None else f"{number:.4g}") for number in row))
    return table


def _shades(rows: Sequence[Sequence[Any]]) -> Text:
    """A cell a number, darker the farther from 0; negative ones blue, positive ones red."""
    largest = max((abs(number) for row in rows for number in row if number is not None), default=0) or 1
    text = Text()
    for row in rows:
        text.append("  ")
        for number in row:
            if number is None:
                text.append("!", "bold yellow")
                continue
            shade = SHADES[min(len(SHADES) - 1, int(abs(number) / largest * len(SHADES)))]
            text.append(shade, "blue" if number < 0 else "red")
        text.append("\n")
    return text.append(f"  █ is ±{largest:.3g}: red above 0, blue below", "dim")
