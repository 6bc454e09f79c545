"""What was measured when cases were admitted: a line for each page that was run, made by `make faults`."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from statistics import fmean, stdev
from typing import Literal

import msgspec

from app.faults.catalogue import OWN
from app.faults.judge import Kind, Spread, judged
from experiments.engine import Run
from experiments.engine.events import Raised, Step

FILE = OWN / "recorded.jsonl"
SEED = 42
"""The seed of the page that is shown; the judge runs others."""

SERIES = ("loss", "grad_norm", "learning_rate")
What = Literal["healthy", "fault", "decoy", "wordings"]


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run of one page. Series have one number a step; only runs with the shown seed have them.

    ids: the faults, the decoy or the wordings that were made. page: a digest of the text that was run.
    measures: what seeds may move. exact: a digest of all that is judged, to the last bit.
    differences: what the judge finds, as (kind, words).
    """

    what: What
    ids: tuple[str, ...]
    seed: int
    page: str
    level: str = ""
    loss: list[float | None] = []
    grad_norm: list[float | None] = []
    learning_rate: list[float | None] = []
    tokens: int = 0
    padding: int = 0
    metrics: dict[str, float] = {}
    observed: dict[str, float] = {}
    measures: dict[str, float | None] = {}
    raised: tuple[str, str, int | None] | None = None
    batch: list[list[str]] = []
    exact: str = ""
    differences: list[tuple[Kind, str]] = []
    libraries: dict[str, str] = {}

    def run(self) -> Run:
        """The run as it was, but that its tokens are all told with the first step."""
        steps = [
            Step("", at, len(self.loss), loss, rate, norm, 0, 0, 0.0)
            for at, (loss, rate, norm) in enumerate(
                zip(self.loss, self.learning_rate, self.grad_norm, strict=True), 1
            )
        ]
        if steps:
            steps[0] = msgspec.structs.replace(steps[0], tokens=self.tokens, padding=self.padding)
        found = Run(" and ".join(self.ids), steps, self.metrics, {**self.observed, "batch": self.batch})
        found.raised = Raised("", *self.raised) if self.raised else None
        return found


def exact(run: Run) -> str:
    """A digest of all of a run that is judged."""
    return digest(repr(judged(run)))


def digest(text: str) -> str:
    """What a page's text is known by."""
    return sha256(text.encode()).hexdigest()[:16]


@cache
def recorded() -> Sequence[Recorded]:
    """All that was recorded."""
    if not FILE.exists():
        return ()
    return [msgspec.json.decode(line, type=Recorded) for line in FILE.read_bytes().splitlines() if line]


@cache
def admitted(level: str) -> Sequence[Recorded]:
    """What was run of a level, one fault or several together, and is told from the healthy page."""
    return [one for one in recorded() if one.what == "fault" and one.level == level and one.differences]


@cache
def healthy() -> Recorded:
    """The healthy page's run with the shown seed."""
    return next(one for one in recorded() if one.what == "healthy" and one.seed == SEED)


@cache
def spread() -> Mapping[str, Spread]:
    """What seeds make of each measure on the healthy page."""
    runs = [one.measures for one in recorded() if one.what == "healthy"]
    found = {}
    for name in runs[0]:
        values = [value for run in runs if (value := run.get(name)) is not None]
        found[name] = Spread(fmean(values), stdev(values))
    return found
