"""Text is data: everything a question, a page or a library says becomes Content, never markup."""

import re
from functools import lru_cache

from textual.content import Content
from textual.highlight import highlight

_CODE = re.compile(r"`+([^`]+)`+")


def plain(text: str, style: str = "") -> Content:
    """The text as it stands."""
    return Content.styled(text, style) if style else Content(text)


def inline(text: str) -> Content:
    """A question's text: what stands between back-ticks in the colour of code, the rest as it is."""
    parts: list[Content] = []
    end = 0
    for match in _CODE.finditer(text):
        parts += [Content(text[end : match.start()]), Content.styled(match[1], "$text-accent")]
        end = match.end()
    return Content("").join([*parts, Content(text[end:])])


@lru_cache(maxsize=32)
def code_lines(text: str) -> tuple[Content, ...]:
    """Python source as highlighted lines."""
    return tuple(highlight(text.expandtabs(4), language="python").split("\n", allow_blank=True))


def number(value: object) -> str:
    """A measured value for a table: short, and honest about what is not there."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if value != value:
            return "not a number"
        if value == 0 or 0.001 <= abs(value) < 10_000:
            return f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}"
        return f"{value:.2e}"
    return str(value)
