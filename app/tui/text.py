"""Text is data: everything a question, a page or a library says becomes Content, never markup."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.highlight import highlight

from app.text import UNSEEN, clean, clean_parser

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_CODE = re.compile(r"`+([^`]+)`+")


def plain(text: str, style: str = "") -> Content:
    """The text as it stands."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def inline(text: str) -> Content:
    """A question's text: what stands between back-ticks in the colour of code, the rest as it is."""
    text = clean(text)
    parts: list[Content] = []
    end = 0
    for match in _CODE.finditer(text):
        parts += [Content(text[end : match.start()]), Content.styled(match[1], "$text-accent")]
        end = match.end()
    return Content("").join([*parts, Content(text[end:])])


def markdown_parser() -> "MarkdownIt":
    """What `Markdown` parses a question's answer with."""
    from markdown_it import MarkdownIt

    return clean_parser(MarkdownIt("gfm-like"))


class Harmless(LineFilter):
    """What every line passes last: nothing in it steers the terminal, and no link hides behind words."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_harmless(segment) for segment in segments]


def _harmless(segment: Segment) -> Segment:
    text, style, control = segment
    if UNSEEN.search(text):
        text = UNSEEN.sub(lambda found: "\ufffd" * cell_len(found.group()), text)
    if style is not None and style.link:
        style = style.update_link(None)
    return Segment(text, style, control)


@lru_cache(maxsize=32)
def code_lines(text: str) -> tuple[Content, ...]:
    """Python source as highlighted lines."""
    return tuple(highlight(clean(text).expandtabs(4), language="python").split("\n", allow_blank=True))
