"""A run as it is told: line by line in JSON for programs, in words for people and pipes."""

import sys
from types import TracebackType
from typing import Protocol, Self

from app.bank.schema import Question
from app.lab.evidence import grids
from app.lab.plan import Plan
from app.terminal.bars import Bars, Lines, Progress
from app.terminal.out import Out, is_watched
from app.text import json_clean
from experiments.engine import Outcome, page, sources
from experiments.engine.events import Event, Hello, Raised, encode
from experiments.engine.settings import Settings


class Reporter(Protocol):
    """Told every event of a run; entered before the first, left after the last."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def tell(self, event: Event) -> None: ...


class JsonReporter:
    """Each event as a line of JSON, at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, event: Event) -> None:
        sys.stdout.write(json_clean(encode(event).decode()))
        sys.stdout.flush()


class Report:
    """What is run and on what, how far it is, and then the numbers, the verdict and the finding."""

    def __init__(self, plan: Plan, question: Question | None = None) -> None:
        self.plan = plan
        self.question = question
        self.out = Out()
        self._progress: list[Progress] = []
        self._raised: list[Raised] = []

    def __enter__(self) -> Self:
        header(self.out, self.plan, self.question)
        changes(self.out, self.plan)
        self.out.stream.flush()
        variants = list(self.plan.pages)
        if self.out.console is None:
            self._progress.append(Lines(self.out))
        if self.out.console is not None or is_watched(sys.stderr):
            self._progress.append(Bars(self.out if self.out.console else Out(sys.stderr), variants))
        for progress in self._progress:
            progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        for progress in self._progress:
            progress.stop()

    def tell(self, event: Event) -> None:
        for progress in self._progress:
            progress.tell(event)
        match event:
            case Hello():
                libraries = " · ".join(f"{name} {release}" for name, release in event.libraries.items())
                threads = f"{event.threads} thread{'' if event.threads == 1 else 's'} a run"
                self.out.line(f"on {event.device}, {threads} · {libraries}", "dim")
                self.out.line()
                self.out.stream.flush()
            case Raised():
                self._raised.append(event)
            case Outcome():
                self._end(event)

    def _end(self, outcome: Outcome) -> None:
        for progress in self._progress:
            progress.stop()
        for raised in self._raised:
            raised_on(self.out, self.plan, raised)
        for grid in grids(list(self.plan.pages), outcome.evidence):
            self.out.line(f"\n{grid.title}" if grid.title else "")
            self.out.table(grid.headers, grid.rows)
        self.out.line()
        meaning = self.plan.outcomes.get(outcome.name, "")
        self.out.line(f"verdict: {outcome.name}" + (f" — {meaning}" if meaning else ""), "bold")
        self.out.line(outcome.finding)
        if self.question is not None and self.question.teaches:
            self.out.line(standing(self.question, outcome.name))


def header(out: Out, plan: Plan, question: Question | None = None) -> None:
    """What is run, on which model and data, with which settings."""
    out.line(f"{plan.name}: {plan.title}", "bold")
    if question is not None and question.id != plan.name:
        which = f"question {question.number}, " if question.number else "question "
        out.line(f"proves {which}{question.id}")
    out.line(told_settings(plan.settings))


def told_settings(used: Settings) -> str:
    """The settings of a run in one line, the model and the data first."""
    parts = [
        f"model {used.model}",
        f"data {used.data}",
        f"seed {used.seed}",
        f"{used.num_training_steps:,} steps of {used.batch_size} pairs",
        f"learning rate {used.learning_rate:g}",
    ]
    if used.num_train_examples is not None:
        parts.append(f"{used.num_train_examples:,} training pairs")
    if used.num_eval_examples is not None:
        parts.append(f"{used.num_eval_examples:,} validation pairs")
    return " · ".join(parts)


def changes(out: Out, plan: Plan) -> None:
    """What each variant changes on the page."""
    baseline = plan.pages[plan.baseline]
    unchanged = page.build(sources.knobs(plan.settings))
    for variant, text in plan.pages.items():
        out.line()
        before = unchanged if variant == plan.baseline else baseline
        if text == before:
            same = "the page as it stands" if variant == plan.baseline else f"the same as {plan.baseline}"
            out.line(f"{variant}: {same}")
        else:
            out.line(f"{variant}:")
            out.diff(page.diff(before, text, context=1))
    out.line()


def raised_on(out: Out, plan: Plan, raised: Raised) -> None:
    """An exception of the page, on its line."""
    where = f" on line {raised.line} of its page" if raised.line else ""
    out.line()
    out.line(f"{raised.variant} raised {raised.type}{where}", "red")
    lines = plan.pages[raised.variant].splitlines()
    if raised.line and raised.line <= len(lines):
        out.line(f"  {raised.line:>4} | {lines[raised.line - 1]}")
    for line in raised.message.splitlines():
        out.line(f"       {line}")


def standing(question: Question, outcome: str) -> str:
    """Whether a run came to what the question's answer stands on."""
    if outcome == question.teaches:
        return f"The answer to {question.id} stands on this outcome."
    return f"The answer to {question.id} stands on {question.teaches!r}; this run did not come to it."
