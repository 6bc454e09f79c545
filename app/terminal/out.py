"""Printing: to a person in colours and columns, to a pipe as plain text. Text is data in both."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from rich.cells import cell_len

from app.text import clean, clean_parser, json_clean

if TYPE_CHECKING:
    from rich.console import Console


def is_watched(stream: TextIO) -> bool:
    """Whether a person reads the stream in a terminal that can show more than plain lines."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def json_text(value: Any) -> str:
    """Anything msgspec knows as indented JSON; a number that is not finite is null."""
    return json_clean(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


class Out:
    """Where a command's answer goes: standard output, or another stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.console: Console | None = None
        if is_watched(self.stream):
            from rich import console
            from rich.theme import Theme

            self.console = console.Console(
                file=self.stream,
                highlight=False,
                markup=False,
                emoji=False,
                theme=Theme({"markdown.code": "cyan", "markdown.code_block": "cyan"}),
            )

    def line(self, text: str = "", style: str = "") -> None:
        """A line or several, as they stand; `style` is a colour for a person's eye alone."""
        if self.console is None:
            self.stream.write(clean(text) + "\n")
            return
        from rich.text import Text

        self.console.print(Text(clean(text), style=style))

    def heading(self, text: str) -> None:
        """A heading with an empty line before it."""
        self.line()
        self.line(text, "bold")

    def item(self, text: str) -> None:
        """One of a list, its further lines under its first."""
        text = text.strip()
        if self.console is None:
            self.line("  - " + text.replace("\n", "\n    "))
            return
        from rich.table import Table
        from rich.text import Text

        row = Table.grid(padding=(0, 1))
        row.add_column()
        row.add_column(overflow="fold")
        row.add_row(Text("  -"), Text(clean(text)))
        self.console.print(row)

    def markdown(self, text: str) -> None:
        """Markdown: rendered for a person, as it is written for a pipe."""
        if self.console is None:
            self.line(text.rstrip())
            return
        from markdown_it import MarkdownIt
        from rich.markdown import Markdown

        shown = Markdown("", hyperlinks=False)  # where a link leads is shown, not hidden behind its words
        parser = clean_parser(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))
        shown.parsed = parser.parse(text)  # a `<tag>` in a question is text too
        self.console.print(shown)

    def diff(self, text: str) -> None:
        """A unified diff without its file names."""
        colours = {"+": "green", "-": "red", "@": "cyan"}
        for line in text.splitlines():
            if not line.startswith(("--- ", "+++ ")):
                self.line(f"  {line}", colours.get(line[:1], ""))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns under their headers; a pipe gets each row as one line."""
        if self.console is None:
            self._columns([headers, *rows] if any(headers) else rows)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(headers))
        for header in headers:
            table.add_column(Text(clean(header)), overflow="fold")
        for row in rows:
            table.add_row(*(Text(clean(cell)) for cell in row))
        self.console.print(table)

    def _columns(self, rows: Sequence[Sequence[str]]) -> None:
        flat = [[clean(" ".join(cell.split())) for cell in row] for row in rows]
        widths = [max(map(cell_len, column)) for column in zip(*flat, strict=True)]
        for row in flat:
            padded = (cell + " " * (wide - cell_len(cell)) for cell, wide in zip(row, widths, strict=True))
            self.stream.write("  ".join(padded).rstrip() + "\n")
