"""Marks put into the compiled page, never into its text: which line runs, how long, where a round ends."""

import ast
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any, cast

AT = "__at__"
EACH = "__each__"


class Marks(ast.NodeTransformer):
    """Calls `__at__(line)` before each statement in a block; a loop over `batch` over `__each__(..., line)`.

    Functions and classes are left as they are: they are the page's own words, run by others.
    """

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return node
        self.generic_visit(node)
        if isinstance(node, ast.For) and is_over_batches(node):
            node.iter = _call(EACH, [node.iter, ast.Constant(node.lineno)], node.iter)
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [part for each in statements for part in _marked(each)])
        return node


def marked(statement: ast.stmt) -> ast.stmt:
    """The statement with marks in its nested blocks; the statement itself gets none."""
    return cast(ast.stmt, Marks().visit(statement))


def is_over_batches(loop: ast.stmt) -> bool:
    """Whether the statement is a loop whose target has `batch` in it."""
    return isinstance(loop, ast.For) and any(
        isinstance(node, ast.Name) and node.id == "batch" for node in ast.walk(loop.target)
    )


def _marked(statement: ast.stmt) -> list[ast.stmt]:
    mark = _call(AT, [ast.Constant(statement.lineno)], statement)
    return [ast.copy_location(ast.Expr(mark), statement), statement]


def _call(name: str, arguments: list[ast.expr], where: ast.AST) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), arguments, [])
    for node in (call, call.func, *arguments):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, where)
    return call


class Clock:
    """Seconds by line, from the marks. `told` gets a line that begins, at most every `interval` s."""

    def __init__(self, told: Callable[[int], None], interval: float = 0.08) -> None:
        self.seconds: dict[int, float] = {}
        self._told = told
        self._interval = interval
        self._line: int | None = None
        self._since = self._last_told = perf_counter()

    def at(self, line: int) -> None:
        """The line begins, so the one before it has ended."""
        now = perf_counter()
        self.stop(now)
        self._line, self._since = line, now
        if now - self._last_told >= self._interval:
            self._last_told = now
            self._told(line)

    def stop(self, now: float | None = None) -> None:
        """The line that runs has ended."""
        if self._line is not None:
            spent = (now or perf_counter()) - self._since
            self.seconds[self._line] = self.seconds.get(self._line, 0.0) + spent
            self._line = None

    def take(self) -> dict[int, float]:
        """The seconds by line since they were last taken."""
        self.stop()
        taken, self.seconds = self.seconds, {}
        return taken


def each(items: Iterable[Any], before: Callable[[], None], after: Callable[[float], None]) -> Iterator[Any]:
    """The items, with `before()` ahead of fetching one and `after(seconds)` when its round is over.

    A round that is left is over too. Whether by `break` or by raising cannot be told from here.
    """
    iterator = iter(items)
    while True:
        before()
        began = perf_counter()
        try:
            item = next(iterator)
        except StopIteration:
            return
        try:
            yield item
        except GeneratorExit:
            after(perf_counter() - began)
            raise
        after(perf_counter() - began)
