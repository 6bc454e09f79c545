"""Runs experiments over seeds, and holds the outcomes that came against what the bank teaches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import follow
from app.lab.rates import judged
from app.study.records import Result
from experiments.engine.experiment import Trial


class NoVerdict(Exception):
    """A run that came to no verdict; the message is the worker's."""


@dataclass(frozen=True)
class Case:
    """An experiment with settings, and what is taught of it: question → outcome, None where none is.

    consent: the hash that a person said yes to, where its edits need one.
    """

    trial: Trial
    settings: Mapping[str, Any] = field(default_factory=dict)
    teaches: Mapping[str, str | None] = field(default_factory=dict)
    consent: str | None = None


@dataclass(frozen=True)
class Verified:
    """A case and its results, one a seed."""

    case: Case
    results: Sequence[Result]
    judgement: str | None = None
    """Of runs that were added until they were decisive: confirmed, refuted or depends on luck."""

    @property
    def outcomes(self) -> dict[str, int]:
        """How often each outcome came."""
        came = [result.outcome for result in self.results if result.outcome]
        return {outcome: came.count(outcome) for outcome in dict.fromkeys(came)}

    @property
    def errors(self) -> list[str]:
        return list(dict.fromkeys(result.error for result in self.results if result.error is not None))

    @property
    def seconds(self) -> float:
        """Seconds of all its runs."""
        return sum(result.seconds for result in self.results)

    @property
    def agrees(self) -> bool:
        """Whether no run failed and every outcome seen is the taught one, or comes at the rate asked for."""
        if self.judgement:
            return self.judgement == "confirmed"
        return not self.errors and self.came == len(self.results)

    @property
    def came(self) -> int:
        """How many runs came to what is taught; where nothing is, to what the first came to."""
        taught = {outcome for outcome in self.case.teaches.values() if outcome}
        if not taught:
            taught = set(list(self.outcomes)[:1])
        return sum({result.outcome} == taught for result in self.results)


MOST = 300
"""After so many seeds an outcome that is still undecided depends on luck."""


async def verify(
    case: Case,
    seeds: Iterable[int],
    chosen: Mapping[str, Any],
    pool: Pool,
    until: float | None = None,
    lanes: int | None = None,
    tell: Callable[[Result], None] = lambda result: None,
) -> Verified:
    """Run a case once per seed. `chosen` goes before the settings of the case; `tell` gets each run.

    until: end as soon as it is decided whether the outcome comes at that rate; the seeds may go on for ever.

    Raises SettingsError, SourceError or PageError, before anything runs, where a plan cannot be made.
    """
    verified = Verified(case, [])
    for seed in islice(seeds, MOST):
        planned = replace(plan(case.trial, case.settings, {**chosen, "seed": seed}), consent=case.consent)
        result = await prove(planned, pool, lanes)
        tell(result)
        verified = Verified(case, [*verified.results, result])
        if until and (judgement := judged(verified.came, len(verified.results), until)):
            return replace(verified, judgement=judgement)
    return replace(verified, judgement="depends on luck") if until else verified


async def prove(planned: Plan, pool: Pool, lanes: int | None = None) -> Result:
    """What a plan comes to."""
    result = (await follow(planned, pool, lanes=lanes)).result
    assert result is not None
    return result


async def outcome_of(planned: Plan, pool: Pool) -> str:
    """The outcome that a plan comes to. Raises NoVerdict."""
    result = await prove(planned, pool)
    if not result.outcome:
        raise NoVerdict(result.finding)
    return result.outcome
