"""Where a run is on its page: the line, and in which round of the loops around it. Nothing is run here."""

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from experiments.engine.probe import is_over_batches

Path = tuple[int, ...]
"""The loops around a line, outermost first, each as its line and its round; then the line itself.

Within one run, paths are ordered as the places are come to.
"""


class Place(NamedTuple):
    """A line of the page, and the round of the innermost loop around it, counted over the whole run.

    round: 0 of a line in no loop. The head of a loop over `batch` is in the round that it begins.
    """

    line: int
    round: int


@dataclass(frozen=True)
class Loop:
    """A loop of the page, and the line of the first statement in it."""

    line: int
    begins: int
    over_batches: bool


@dataclass(frozen=True)
class Outline:
    """The loops around each statement of a page, outermost first, by the statement's line."""

    around: Mapping[int, tuple[Loop, ...]] = field(default_factory=dict)

    @property
    def loops(self) -> list[Loop]:
        """All loops over `batch`, in the order of their lines."""
        found = {loop for chain in self.around.values() for loop in chain if loop.over_batches}
        return sorted(found, key=lambda loop: loop.line)

    def loop_of(self, line: int) -> Loop | None:
        """The innermost loop around a line."""
        return self.around[line][-1] if self.around.get(line) else None

    def is_before(self, path: Path, wanted: Place) -> bool:
        """Whether a run that stands there surely comes to the wanted place later on."""
        chain = self.around.get(wanted.line, ())
        if not chain or not path:
            return bool(path) and path[0] < wanted.line
        rounds = dict(zip(path[:-1:2], path[1::2], strict=True))
        round = rounds.get(chain[-1].line)
        if round is None:
            return path[0] < chain[0].line
        return round < wanted.round or (round == wanted.round and path[-1] <= wanted.line)


def outline(page: str) -> Outline:
    """The outline of a page; an empty one where Python cannot read it."""
    around: dict[int, tuple[Loop, ...]] = {}
    try:
        _outline(ast.parse(page).body, (), around)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Outline()
    return Outline(around)


def _outline(block: Sequence[ast.AST], chain: tuple[Loop, ...], around: dict[int, tuple[Loop, ...]]) -> None:
    for node in block:
        inner = chain
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            over_batches = is_over_batches(node)
            inner = (*chain, Loop(node.lineno, node.body[0].lineno, over_batches))
            around[node.lineno] = inner if over_batches else chain
        elif isinstance(node, ast.stmt):
            around.setdefault(node.lineno, chain)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            part = getattr(node, name, [])
            _outline(part, inner if name == "body" else chain, around)


class Rounds:
    """Counts the rounds of a page's loops as its lines are come to."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._counts: dict[int, int] = {}
        self._begun: dict[int, list[Loop]] = {}
        for loop in {loop for chain in outline.around.values() for loop in chain}:
            self._begun.setdefault(loop.begins, []).append(loop)

    def come(self, line: int) -> None:
        """The run has come to this line: the first in a loop begins a round of it."""
        for loop in self._begun.get(line, ()):
            self._counts[loop.line] = self._counts.get(loop.line, 0) + 1

    def path(self, line: int, *, fetching: bool = False) -> Path:
        """Where the run is that is about to run this line. `fetching`: about to get a loop's next item."""
        chain = self._outline.around.get(line, ())
        counts = [self._counts.get(loop.line, 0) for loop in chain]
        if fetching and counts:
            counts[-1] += 1
        return (
            *(part for loop, count in zip(chain, counts, strict=True) for part in (loop.line, count)),
            line,
        )


def place_of(path: Path) -> Place:
    """The line and the round at the end of a path."""
    return Place(path[-1], path[-2] if len(path) > 1 else 0)


class Pairing:
    """Two pages, line by line: which lines and loops of the second are those of the first.

    A line stands in the row of their merged text; those that only one has have a row that the other lacks.
    """

    def __init__(self, first: str, second: str) -> None:
        self._rows: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._shared: set[int] = set()
        for row, (old, new) in enumerate(_merged(first, second)):
            if old:
                self._rows[0][old] = row
            if new:
                self._rows[1][new] = row
            if old and new:
                self._shared.add(row)
        self._heads: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._same = self._pair_loops(outline(first), outline(second))

    def key(self, side: int, path: Sequence[int]) -> Path:
        """The path in rows, so that those of both pages can be ordered."""
        rows, heads = self._rows[side], self._heads[side]
        *loops, line = path
        named = [
            heads.get(part, rows.get(part, part)) if at % 2 == 0 else part for at, part in enumerate(loops)
        ]
        return (*named, rows.get(line, line))

    def is_comparable(self, side: int, line: int) -> bool:
        """Whether both pages have this line, within the same loops."""
        return self._rows[side].get(line) in self._same

    def row(self, side: int, line: int) -> int | None:
        return self._rows[side].get(line)

    def line(self, side: int, row: int) -> int | None:
        """The page's line in that row; None where only the other has it."""
        return next((line for line, at in self._rows[side].items() if at == row), None)

    def _pair_loops(self, *outlines: Outline) -> set[int]:
        """Pair the loops around lines that both have. Gives the rows that stand within the same loops."""
        by_row = [{row: line for line, row in rows.items()} for rows in self._rows]
        same: set[int] = set()
        for row in sorted(self._shared):
            first, second = (outlines[side].around.get(by_row[side][row], ()) for side in (0, 1))
            if len(first) != len(second):
                continue
            for old, new in zip(first, second, strict=True):
                head = self._heads[0].setdefault(old.line, self._rows[0][old.line])
                self._heads[1].setdefault(new.line, head)
            heads = zip(first, second, strict=True)
            if all(self._heads[0][old.line] == self._heads[1][new.line] for old, new in heads):
                same.add(row)
        return same


def _merged(first: str, second: str) -> Iterator[tuple[int | None, int | None]]:
    """The lines of both pages in one list, as a diff shows them; those that both have stand once."""
    old, new = first.splitlines(), second.splitlines()
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((i + 1, i - a + c + 1) for i in range(a, b))
        else:
            yield from ((i + 1, None) for i in range(a, b))
            yield from ((None, i + 1) for i in range(c, d))
