"""What can be measured of a run. Each measure is declared here and nowhere else.

Whoever adds one sees it collected, watched in the Lab, compared in YAML and printed under its label.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.engine.runs import Run

NOTHING = "nothing"
"""What a run raised that raised nothing."""


@dataclass(frozen=True)
class Measure:
    """One number of a run, or one text.

    label: how a table names it; where there is none, it is compared but not watched.
    of: its value for a whole run; None where the run has none.
    compared_as: its name in a condition, where that is another one.
    is_series: whether it has a number per step as well. look: gives that number from the page's variables
        after a step; without it the number is a field of `Step`.
    """

    name: str
    label: str
    of: Callable[[Run], Any]
    compared_as: str = ""
    is_series: bool = False
    look: Callable[[Mapping[str, Any]], float | None] | None = None


def final(name: str) -> Callable[[Run], float | None]:
    """The mean of a series' last steps; infinite where it had been finite and ran away."""

    def read(run: Run) -> float | None:
        value = run.final(name)
        ran_away = math.isnan(value) and any(math.isfinite(number) for number in run.series(name))
        return None if not run.steps else math.inf if ran_away else value

    return read


def total(name: str) -> Callable[[Run], float | None]:
    """The sum of a series over all steps."""
    return lambda run: getattr(run, name) if run.steps else None


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("loss", "loss, last 10 steps", final("loss"), compared_as="final_loss", is_series=True),
        Measure("grad_norm", "gradient norm, last 10", final("grad_norm"), is_series=True),
        Measure("learning_rate", "learning rate, last 10", final("learning_rate"), is_series=True),
        Measure("accuracy", "accuracy", lambda run: run.metrics.get("accuracy")),
        Measure("f1", "F1", lambda run: run.metrics.get("f1")),
        Measure("steps", "", lambda run: len(run.steps)),
        Measure("tokens", "tokens computed", total("tokens"), is_series=True),
        Measure("padding", "of them padding", total("padding"), is_series=True),
        Measure("seconds", "seconds in steps", total("seconds"), is_series=True),
        Measure("memory", "", lambda run: run.memory or None),
        Measure("raised", "", lambda run: run.raised.type if run.raised else NOTHING),
    )
}


def watched() -> list[str]:
    """The names that an experiment may watch."""
    return [measure.name for measure in MEASURES.values() if measure.label]


def compared() -> dict[str, Measure]:
    """The measures by their names in a condition."""
    return {measure.compared_as or measure.name: measure for measure in MEASURES.values()}


def series() -> list[str]:
    """The names of those with a number per step."""
    return [measure.name for measure in MEASURES.values() if measure.is_series]
