"""A question's Markdown as HTML that can stand in any page: raw HTML shows as text, and nothing is loaded."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING

from app.text import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def to_html(markdown: str) -> str:
    """Markdown to HTML. `[CLS]` and `<b>` in the text show just so; an image becomes a link."""
    return str(_renderer().render(markdown))


def inline_html(markdown: str) -> str:
    """One line of Markdown, without the paragraph around it."""
    return str(_renderer().renderInline(markdown))


def text_html(text: str) -> str:
    """What a person typed, as they typed it."""
    return escape(text).replace("\n", "<br>\n")


#: Readable in light and dark, on a phone and on paper.
STYLE = """
:root { --ink: #1d2129; --quiet: #5b6472; --line: #d5dae1; --paper: #ffffff; --soft: #f4f6f8; --a: #0b63ce;
  --b: #b4460f; --c: #1a7f4b; --d: #7b3fb5; --e: #8a6d00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --quiet: #9aa4b2; --line: #3a424d;
  --paper: #15181d; --soft: #1f242b; --a: #6cb0ff; --b: #ff9a62; --c: #6fd6a0; --d: #cda2ff; --e: #e5c95a; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.2rem; } a { color: var(--a); }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; background: var(--soft); }
code { padding: .1em .25em; } pre { padding: .8rem; overflow-x: auto; } pre code { padding: 0; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .6rem;
  border-bottom: 1px solid var(--line); vertical-align: top; }
blockquote { margin: .6rem 0; padding: .1rem 1rem; border-left: 3px solid var(--line); }
svg { width: 100%; height: auto; } svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
.quiet { color: var(--quiet); } figure { margin: 1rem 0; } li { margin: .15rem 0; }
@media print { :root { --ink: #000; --quiet: #444; --line: #bbb; --paper: #fff; --soft: #f2f2f2; --a: #0b4a99;
  --b: #8f3509; --c: #12603a; --d: #5b2d88; --e: #665000; } body { margin: 0; max-width: none; }
  section, figure, tr { break-inside: avoid; } }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page that needs nothing from outside. `title` is plain text, `body` is HTML."""
    title, body = clean(title), clean(body)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
