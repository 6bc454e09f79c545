"""Runs a page, one top-level statement at a time, and tells what happens as events."""

import ast
import linecache
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import perf_counter
from types import CodeType, SimpleNamespace
from typing import Any

import psutil

from experiments.engine import probe, sources
from experiments.engine.events import Eval, Event, Raised, Statement
from experiments.engine.page import LOOP
from experiments.engine.rounds import Rounds

FILE = LOOP.name
"""The page's name in tracebacks, whatever its text: a process runs one page."""


class Runner:
    """One run of one page; its events do not say whose they are.

    data: where its data comes from, to be named where columns are missing.
    emit: called with each event.
    turn: called before each round of a loop over `batch`; it waits where variants take turns.
    come: called with each line that is about to be run, and whether a loop over `batch` there is about to get
        its next item; with none nothing is asked.
    """

    def __init__(
        self,
        page: str,
        data: str,
        emit: Callable[[Event], None],
        turn: Callable[[], None],
        come: Callable[[int, bool], None] | None = None,
    ) -> None:
        self.data = data
        self._come = come
        self._clock = probe.Clock(lambda line: self._tell(line, line, None))
        self._seen: dict[str, Any] = {}
        self._variables: dict[str, Any] = {
            "__name__": "__main__",
            "__file__": str(LOOP),
            probe.AT: self._at if come is None else self._at_looking,
            probe.EACH: self._each,
        }
        self._rounds = Rounds(self._variables, lambda step: self._emit(step))
        self._done = 0
        self.take(page, emit, turn)

    def take(self, page: str, emit: Callable[[Event], None], turn: Callable[[], None]) -> None:
        """Go on with another page, whose statements are the same as far as they have been run.

        Called in a process that was forked from the one that ran them.
        """
        self.page = page
        self._emit, self._turn = emit, turn
        self._process = psutil.Process()

    @property
    def variables(self) -> Mapping[str, Any]:
        """The page's variables as they are now, with what the runner has put among them."""
        return self._variables

    @property
    def left(self) -> SimpleNamespace:
        """The page's variables as they are now, as attributes."""
        return SimpleNamespace(**self._variables)

    def run(self, until: int | None = None) -> bool:
        """Run the page on, up to so many of its statements or to its end.

        Gives False where it raised, which is told as an event. Raises SourceError where it raised and the
        data lacks what it needs.
        """
        linecache.cache[FILE] = (len(self.page), None, self.page.splitlines(keepends=True), FILE)
        try:
            for first, last, code in self._statements()[self._done : until]:
                self._run(first, last, code)
                self._done += 1
        except (Exception, SystemExit) as raised:
            self._rounds.close()
            self._check_data()
            self._emit(self._raised(raised))
            return False
        if until is None:
            self._rounds.close()
        return True

    def _statements(self) -> list[tuple[int, int, CodeType]]:
        """First line, last line and code of each statement, compiled before any of them runs."""
        tree = ast.parse(self.page, FILE)
        compile(tree, FILE, "exec", dont_inherit=True)
        places = [(node.lineno, node.end_lineno or node.lineno) for node in tree.body]
        marked = (ast.fix_missing_locations(probe.marked(node)) for node in tree.body)
        codes = [compile(ast.Module([node], []), FILE, "exec", dont_inherit=True) for node in marked]
        return [(first, last, code) for (first, last), code in zip(places, codes, strict=True)]

    def _run(self, first: int, last: int, code: CodeType) -> None:
        self._tell(first, last, None)
        if self._come is not None:
            self._come(first, False)
        began = perf_counter()
        exec(code, self._variables)
        seconds = perf_counter() - began
        for line, spent in sorted(self._clock.take().items()):
            self._tell(line, line, spent)
        self._rounds.settle()
        self._tell(first, last, seconds)
        self._look()

    def _look(self) -> None:
        """What a statement left behind that is worth telling."""
        if isinstance(metrics := self._new("eval_metric"), Mapping):
            self._emit(_eval(metrics))

    def _check_data(self) -> None:
        """Only once the page has raised: an edited page may well know what to do with other columns."""
        loaded = self._variables.get("raw_datasets")
        if self.data != "bundled" and isinstance(loaded, Mapping):
            sources.check(loaded, self.data)

    def _new(self, name: str) -> Any:
        """The variable of that name where it was set since the last look."""
        value = self._variables.get(name)
        if value is self._seen.get(name):
            return None
        self._seen[name] = value
        return value

    def _each(self, items: Iterable[Any], line: int) -> Iterable[Any]:
        return probe.each(items, partial(self._before_round, line), self._rounds.end)

    def _at(self, line: int) -> None:
        self._rounds.settle()
        self._clock.at(line)

    def _at_looking(self, line: int) -> None:
        self._at(line)
        assert self._come is not None
        self._come(line, False)

    def _before_round(self, line: int) -> None:
        self._rounds.settle()
        if self._come is not None:
            self._come(line, True)
        self._turn()
        self._rounds.begin()

    def _tell(self, first: int, last: int, seconds: float | None) -> None:
        self._emit(Statement("", first, last, seconds, self._process.memory_info().rss))

    def _raised(self, raised: BaseException) -> Raised:
        """What was raised, and the deepest line of the page that it passed through."""
        if isinstance(raised, SyntaxError) and raised.filename == FILE:
            line = raised.lineno
        else:
            frames = traceback.extract_tb(raised.__traceback__)
            line = next((frame.lineno for frame in reversed(frames) if frame.filename == FILE), None)
        return Raised("", type(raised).__name__, _message(raised), line)


def _message(raised: BaseException) -> str:
    """An exception's message as text that can travel, also where it has none to give."""
    try:
        return str(raised).encode(errors="backslashreplace").decode()
    except Exception as problem:
        return f"(asking for its message raised {type(problem).__name__})"


def _eval(metrics: Mapping[str, Any]) -> Eval:
    numbers: dict[str, float | None] = {
        name: float(value) for name, value in metrics.items() if isinstance(value, int | float)
    }
    return Eval("", numbers.pop("accuracy", None), numbers.pop("f1", None), numbers)
