"""A variant's run as it comes together from its events: the numbers that a decision reads."""

import math
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from experiments.engine.events import Eval, Event, Observed, Raised, Statement, Step
from experiments.engine.measures import MEASURES, watched

LAST = 10
"""How many steps the final figures are averaged over: one batch alone is noise."""


@dataclass
class Run:
    """What one variant has shown so far. Series have one number per step; missing numbers are nan."""

    variant: str
    steps: list[Step] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    observed: dict[str, Any] = field(default_factory=dict)
    raised: Raised | None = None
    lines: dict[tuple[int, int], float] = field(default_factory=dict)
    """Seconds by (first, last) line of the page."""
    memory: int = 0
    """The most resident memory seen after a statement, in bytes."""

    def add(self, event: Event) -> None:
        """Take in one event of this variant."""
        match event:
            case Step():
                self.steps.append(event)
            case Eval():
                self.metrics = event.metrics
            case Observed():
                self.observed.update(event.values)
            case Raised():
                self.raised = event
            case Statement(seconds=float(seconds)):
                self.lines[event.first, event.last] = seconds
                self.memory = max(self.memory, event.memory)

    def series(self, name: str) -> list[float]:
        """One number per step of a measure that is a series."""
        values = (getattr(step, name, step.other.get(name)) for step in self.steps)
        return [math.nan if value is None else value for value in values]

    @property
    def loss(self) -> list[float]:
        return self.series("loss")

    @property
    def grad_norm(self) -> list[float]:
        return self.series("grad_norm")

    @property
    def accuracy(self) -> float:
        return self.metrics.get("accuracy", math.nan)

    @property
    def f1(self) -> float:
        return self.metrics.get("f1", math.nan)

    @property
    def tokens(self) -> int:
        """Token positions computed over all steps, padding among them."""
        return sum(step.tokens or 0 for step in self.steps)

    @property
    def padding(self) -> int:
        """Token positions computed over all steps that were padding."""
        return sum(step.padding or 0 for step in self.steps)

    @property
    def seconds(self) -> float:
        """Seconds that all steps took."""
        return sum(step.seconds for step in self.steps)

    def final(self, name: str) -> float:
        """The mean of a series' last ten steps; nan where there were none."""
        values = self.series(name)[-LAST:]
        return fmean(values) if values else math.nan

    @property
    def final_loss(self) -> float:
        return self.final("loss")

    def value(self, name: str) -> Any:
        """What was watched under this name: something observed, a metric, or a measure."""
        if name in self.observed:
            return self.observed[name]
        if name in self.metrics:
            return self.metrics[name]
        return MEASURES[name].of(self) if name in watched() else None
