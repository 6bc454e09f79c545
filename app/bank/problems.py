"""What is wrong with a bank, and where: told as a compiler tells it."""

import unicodedata
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

WIDTH = 100
"""Columns of a source line that are shown; a longer line is cut around its caret."""


class Place(msgspec.Struct, frozen=True):
    """A place in a file: `line` and `column` count from 1, `length` is in characters, `text` is the line."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1
    text: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `rule` is its kind, a stable word for programs and for CI."""

    file: str
    line: int
    column: int
    severity: Literal["error", "warning"] = "error"
    rule: str
    found: str
    expected: str
    hint: str | None = None
    text: str = ""
    length: int = 1

    def __str__(self) -> str:
        return self.format()

    @property
    def message(self) -> str:
        """The problem in one line, without its place."""
        hint = f"; {self.hint}" if self.hint else ""
        return plain(f"found {self.found}, expected {self.expected}{hint}")

    def format(self) -> str:
        """`file:line:column: severity: …`, the line, and a caret under the place."""
        place = f"{plain(self.file)}:{self.line}:{self.column}"
        head = f"{place}: {self.severity}: {self.message} [{self.rule}]"
        if not self.text:
            return head
        shown, offset = _window(self.text, self.column - 1)
        gutter = f"{self.line:>6} | "
        carets = "^" * max(1, min(self.length, len(shown) - offset))
        blank = " " * (len(gutter) - 2) + "| "
        return f"{head}\n{gutter}{plain(shown)}\n{blank}{' ' * _columns(shown[:offset])}{carets}"


def problem_at(place: Place, rule: str, found: str, expected: str, **more: Any) -> Problem:
    """A problem at a place; `more` may hold `hint` and `severity`."""
    return Problem(
        file=place.file,
        line=place.line,
        column=place.column,
        text=place.text,
        length=place.length,
        rule=rule,
        found=found,
        expected=expected,
        **more,
    )


def listed(names: Iterable[str], most: int = 12) -> str:
    """`a, b or c`, cut where there are many."""
    every = list(names)
    if len(every) > most:
        every = [*every[: most - 1], f"{len(every) - most + 1} more"]
    return " or ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)


def plain(text: str) -> str:
    """The text with whatever could steer a terminal shown as an escape. A tab becomes one space."""
    text = text.replace("\t", " ")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _window(text: str, at: int) -> tuple[str, int]:
    """The part of a long line around a position, and the position in it."""
    start = max(0, min(at - WIDTH // 2, len(text) - WIDTH))
    return text[start : start + WIDTH], max(0, min(at - start, WIDTH))


def _columns(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain(text))
