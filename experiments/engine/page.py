"""The page as text: its knobs set, its edits made, the difference shown. Nothing is run here."""

import ast
import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from experiments.engine.experiment import Edit

LOOP = Path(__file__).parent.parent / "loop.py"


class PageError(ValueError):
    """An edit, a knob or a place that does not fit the page."""


@cache
def loop() -> str:
    """The unchanged page."""
    return LOOP.read_text(encoding="utf-8")


def build(knobs: Mapping[str, Any], edits: Iterable[Edit] = ()) -> str:
    """The page with its knobs set and its edits made."""
    return apply(set_knobs(loop(), knobs), edits)


def set_knobs(text: str, knobs: Mapping[str, Any]) -> str:
    """The text with each knob's line, a plain assignment at top level, holding its new value.

    Lines keep their numbers, and a line that holds the value already stays as it is written.
    Raises PageError for a knob that the page does not have.
    """
    lines = text.splitlines(keepends=True)
    places: dict[str, ast.Assign] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            places.setdefault(node.targets[0].id, node)
    for name, value in knobs.items():
        if name not in places:
            raise PageError(f"the page has no knob called {name!r}")
        node = places[name]
        if not (isinstance(node.value, ast.Constant) and node.value.value == value):
            lines[node.lineno - 1] = f"{name} = {value!r}\n"
    return "".join(lines)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits, in their order. Raises PageError unless each old text stands exactly once."""
    for edit in edits:
        count = text.count(edit.old) if edit.old else 0
        if count != 1:
            found = "does not stand" if count == 0 else f"stands {count} times"
            raise PageError(f"{edit.old!r} {found} on the page; an edit's old text stands exactly once")
        text = text.replace(edit.old, edit.new)
    return text


def check_edits(edits: Sequence[Edit], whose: str) -> None:
    """Raises PageError, naming whose edits they are, unless they fit the page and leave it valid Python."""
    try:
        ast.parse(apply(loop(), edits))
    except PageError as problem:
        raise PageError(f"{whose}: {problem}") from None
    except SyntaxError as problem:
        raise PageError(f"{whose}: line {problem.lineno} of the edited page: {problem.msg}") from None
    except (ValueError, RecursionError, MemoryError) as problem:
        # What Python's parser raises of null bytes, and of nesting deeper than it goes.
        raise PageError(
            f"{whose}: Python cannot read the edited page: {problem or 'nested too deep'}"
        ) from None


def diff(before: str, after: str, context: int = 3) -> str:
    """The unified diff of two pages, empty where they are the same."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), "loop.py", "loop.py", n=context
    )
    return "".join(lines)


def lines_of(place: str, text: str | None = None) -> tuple[int, int]:
    """First and last line of the innermost statement that has `place` in it, counted from 1.

    Raises PageError where the text does not stand on the page.
    """
    text = loop() if text is None else text
    at = text.find(place)
    if not place or at < 0:
        raise PageError(f"{place!r} does not stand on the page")
    first, last = text.count("\n", 0, at) + 1, text.count("\n", 0, at + len(place.rstrip())) + 1
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
    ]
    holding = [span for span in spans if span[0] <= first and last <= span[1]]
    return min(holding, key=lambda span: span[1] - span[0], default=(first, last))
