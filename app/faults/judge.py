"""Whether a mended page behaves as the healthy one does: a judgement of runs, without a key.

Equal losses, rates and metrics on every seed are right, whatever the page looks like. A page that differs is
right where it follows the same recipe (as many steps, the same rates and tokens), where its losses and its
model's scores are what seeds make of the healthy page, and where it reports what its model does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from app.format import number
from experiments.engine import Run

APART = 4.5
"""Standard deviations, of the mean over the seeds, from which on a measure is not what seeds do."""
QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter")
HALVES = ("first half", "second half")
Kind = Literal["raises", "recipe", "result", "report"]


@dataclass(frozen=True)
class Spread:
    """What seeds make of a measure on the healthy page."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class Difference:
    """One thing that is not as on the healthy page. `kind`: what it is about."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Judgement:
    """What came of the race: right with no difference; `equal` to the last bit, or as good as.

    hides: the results are back, and it is the recipe or the report that was changed for it.
    """

    equal: bool
    differences: tuple[Difference, ...]
    hides: bool = False

    @property
    def right(self) -> bool:
        return not self.differences

    @property
    def words(self) -> str:
        """One sentence or two, with what differs."""
        if self.right:
            return (
                "Right: every loss, rate and metric is equal to the healthy page's, to the last bit."
                if self.equal
                else "Right: other numbers than the healthy page's, and within what seeds do to it."
            )
        head = "That hides the symptom" if self.hides else "Not mended"
        return f"{head}: it {'; it '.join(one.words for one in self.differences)}."


Pair = tuple[Run, Run]
"""The healthy page's run and the other's, of one seed."""


def judge(
    pairs: Sequence[Pair], spread: Mapping[str, Spread], symptom: frozenset[Kind] = frozenset()
) -> Judgement:
    """Hold runs of a page against the healthy page's, a pair a seed. `symptom`: what the case was about."""
    if all(same(healthy, other) for healthy, other in pairs):
        return Judgement(True, ())
    found = _raised(pairs) or [*_recipe(pairs), *_results(pairs, spread), *_reports(pairs)]
    kinds = {one.kind for one in found}
    hides = bool(found) and kinds <= {"recipe", "report"} and bool(symptom & {"raises", "result"} - kinds)
    return Judgement(False, tuple(found), hides)


def same(healthy: Run, other: Run) -> bool:
    """Whether two runs are equal in all that is judged, to the last bit."""
    alike = judged(healthy) == judged(other) and _said(healthy) == _said(other)
    return other.raised is None and alike


def _said(run: Run) -> list[float | None]:
    """What the page says of its model at its end; what it said first, where nobody looked at the end."""
    names = ("accuracy", "f1")
    return [run.observed.get(f"reported {name}", run.metrics.get(name)) for name in names]


def judged(run: Run) -> object:
    """All of a run that is judged."""
    steps = [(step.loss, step.learning_rate, step.tokens, step.padding) for step in run.steps]
    observed = [
        (name, run.observed.get(name)) for name in ("measured accuracy", "measured f1", "trained", "dropout")
    ]
    return steps, run.metrics, observed


def measures(run: Run) -> dict[str, float]:
    """What seeds may move, by name; nan where the run has none."""
    quarter = max(1, len(run.steps) // 4)
    losses = [value if math.isfinite(value) else math.inf for value in run.loss]
    parts = [losses[at * quarter : (at + 1) * quarter] for at in range(4)]
    found = {name: fmean(part) if part else math.nan for name, part in zip(QUARTERS, parts, strict=True)}
    norms = [norm for norm in run.grad_norm if math.isfinite(norm)]
    half = max(1, len(norms) // 2)
    for name, some in zip(HALVES, (norms[:half], norms[half:]), strict=True):
        found[name] = fmean(some) if some else math.nan
    for name in ("measured accuracy", "measured f1"):
        found[name] = float(run.observed.get(name, math.nan))
    found["tokens computed"] = float(run.tokens)
    return found


def _raised(pairs: Sequence[Pair]) -> list[Difference]:
    for _, other in pairs:
        if (raised := other.raised) is not None:
            where = f" on line {raised.line}" if raised.line else ""
            first = (raised.message.strip() or raised.type).splitlines()[0]
            return [Difference("raises", f"raises {raised.type}{where} ({first})")]
    return []


def _recipe(pairs: Sequence[Pair]) -> list[Difference]:
    """What is decided and not left to chance: steps, rates, tokens, which weights are trained, dropout."""
    found: dict[str, str] = {}
    for healthy, other in pairs:
        if len(healthy.steps) != len(other.steps):
            found["steps"] = (
                f"makes {len(other.steps)} training steps where the healthy page makes {len(healthy.steps)}"
            )
        elif not _close(healthy.series("learning_rate"), other.series("learning_rate")):
            found["rates"] = "trains with other learning rates than the healthy page"
        real, others = healthy.tokens - healthy.padding, other.tokens - other.padding
        if "steps" not in found and abs(others - real) > 0.01 * real:
            found["tokens"] = f"trains on {others:,} tokens where the healthy page trains on {real:,}"
        for name, words in (
            ("trained", "trains other weights than the healthy page"),
            ("dropout", "trains with dropout off, or on, where the healthy page does not"),
        ):
            if healthy.observed.get(name) != other.observed.get(name):
                found[name] = words
    return [Difference("recipe", words) for words in found.values()]


def _close(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12) for a, b in zip(one, other, strict=True))


def _results(pairs: Sequence[Pair], spread: Mapping[str, Spread]) -> list[Difference]:
    """Losses, the model's own scores and the tokens computed, where they are not what seeds do."""
    found = []
    told = [measures(other) for _, other in pairs]
    for name, usual in spread.items():
        value = fmean(one[name] for one in told)
        room = APART * usual.deviation / math.sqrt(len(pairs))
        if abs(value - usual.mean) <= room:
            continue
        kind: Kind = "recipe" if name == "tokens computed" else "result"
        what = f"loss of the {name}" if name in QUARTERS else name
        what = f"gradient norm of the {name}" if name in HALVES else what
        found.append(
            Difference(
                kind, f"has a {what} of {number(value)}, usually {number(usual.mean)} ± {number(room)}"
            )
        )
    return found


def _reports(pairs: Sequence[Pair]) -> list[Difference]:
    """What the page says of its model, where the model does otherwise."""
    for _, other in pairs:
        for name, said in zip(("accuracy", "f1"), _said(other), strict=True):
            measured = other.observed.get(f"measured {name}")
            if said is None:
                return [Difference("report", f"reports no {name}")]
            if measured is None or not math.isclose(said, measured, abs_tol=1e-6):
                words = f"reports {name} {number(said)}, and its model has {number(measured)} on validation"
                return [Difference("report", words)]
    return []
