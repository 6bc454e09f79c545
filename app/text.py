"""Text is data: what could steer a terminal, or not show at all, is shown as an escape."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters but for line ends and tabs, marks of direction, and what takes no room."""


def clean(text: str) -> str:
    r"""The text with each such character as Python writes it: `\x1b`, `\u202e`. Line ends and tabs stay."""
    return UNSEEN.sub(_escaped, text)


def json_clean(text: str) -> str:
    """JSON with each such character as its escape: it reads as the same value."""
    return UNSEEN.sub(_as_json, text)


def clean_parser(parser: "MarkdownIt") -> "MarkdownIt":
    """The parser giving clean text, also where Markdown writes a character as `&#27;`."""
    parser.core.ruler.push("clean", _clean_tokens)
    return parser


def _clean_tokens(state: "StateCore") -> None:
    for token in state.tokens:
        for one in (token, *(token.children or ())):
            one.content = clean(one.content)
            one.attrs = {
                name: clean(value) if isinstance(value, str) else value for name, value in one.attrs.items()
            }


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _as_json(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
