"""How far a run is: bars where a person watches, a line now and then where a pipe does."""

from typing import TYPE_CHECKING, Protocol, Self

from app.format import number
from app.terminal.out import Out
from experiments.engine.events import Eval, Event, Raised, Statement, Step

if TYPE_CHECKING:
    from rich import progress

PARTS = 5
"""How many lines a pipe gets of a variant's training."""


class Progress(Protocol):
    """Told every event between its start and its stop; stopping twice is fine."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def tell(self, event: Event) -> None: ...


class Lines:
    """A line for each fifth of a variant's steps, for its evaluation, and for what it raises."""

    def __init__(self, out: Out) -> None:
        self._out = out

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def tell(self, event: Event) -> None:
        text = None
        match event:
            case Step() if _is_due(event):
                of = f" of {event.of:,}" if event.of else ""
                text = f"{event.variant}: step {event.step:,}{of}, loss {number(event.loss)}"
            case Eval():
                text = f"{event.variant}: {_metrics(event)}"
            case Raised():
                text = f"{event.variant}: {event.type}"
        if text:
            self._out.line(text)
            self._out.stream.flush()


class Bars:
    """A bar a variant, gone when the run is over."""

    def __init__(self, out: Out, variants: list[str]) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Rich

        self._rich = Rich(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=out.console,
            transient=True,
        )
        self._tasks = {name: self._rich.add_task(name, total=None, now="starting") for name in variants}

    def start(self) -> None:
        self._rich.start()

    def stop(self) -> None:
        self._rich.stop()

    def tell(self, event: Event) -> None:
        match event:
            case Step():
                task = self._tasks[event.variant]
                self._rich.update(
                    task, total=event.of, completed=event.step, now=f"loss {number(event.loss)}"
                )
            case Statement(seconds=None) if not self._is_training(event.variant):
                self._rich.update(self._tasks[event.variant], now=f"line {event.first} of the page")
            case Eval():
                self._rich.update(self._tasks[event.variant], now=_metrics(event))
            case Raised():
                self._rich.update(self._tasks[event.variant], now=event.type)

    def _is_training(self, variant: str) -> bool:
        task = self._rich.tasks[self._tasks[variant]]
        return task.completed > 0 and not task.finished


class Counting:
    """How many of several things are done: a bar for a person, and a line for each that is."""

    def __init__(self, out: Out, total: int) -> None:
        self._out = out
        self._rich: progress.Progress | None = None
        if out.console is not None:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Rich

            now = TextColumn("{task.fields[now]}", markup=False)
            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), now)
            self._rich = Rich(*columns, console=out.console, transient=True)
            self._task = self._rich.add_task("", total=total, now="")

    def __enter__(self) -> Self:
        if self._rich:
            self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._rich:
            self._rich.stop()

    def begin(self, name: str) -> None:
        """This one is on its way now."""
        if self._rich:
            self._rich.update(self._task, now=name)

    def advance(self, line: str) -> None:
        """Print the line and move the bar."""
        self._out.line(line)
        self._out.stream.flush()
        if self._rich:
            self._rich.advance(self._task)


def _is_due(step: Step) -> bool:
    if not step.of or step.of <= PARTS:
        return step.of is not None or step.step % 20 == 0
    return step.step % max(1, step.of // PARTS) == 0 or step.step == step.of


def _metrics(event: Eval) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in event.metrics.items()) or "evaluated"
