"""Runs experiments over seeds, and holds the outcomes that came against what the bank teaches."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, cast

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine.events import Bye, Error, Event, Hello, Verdict
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
class Proof:
    """One run of one case to its end. Exactly one of `verdict` and `error` is there."""

    seed: int
    plan: Plan
    seconds: float
    verdict: Verdict | None = None
    error: Error | None = None
    hello: Hello | None = None

    @property
    def outcome(self) -> str | None:
        return self.verdict.outcome if self.verdict else None


@dataclass(frozen=True)
class Verified:
    """A case and its proofs, one a seed."""

    case: Case
    proofs: Sequence[Proof]

    @property
    def outcomes(self) -> dict[str, int]:
        """How often each outcome came."""
        came = [proof.outcome for proof in self.proofs if proof.outcome]
        return {outcome: came.count(outcome) for outcome in dict.fromkeys(came)}

    @property
    def errors(self) -> list[str]:
        return list(dict.fromkeys(proof.error.message for proof in self.proofs if proof.error))

    @property
    def seconds(self) -> float:
        """Seconds of all its runs."""
        return sum(proof.seconds for proof in self.proofs)

    @property
    def agrees(self) -> bool:
        """Whether every run came to a verdict, and to every outcome that is taught."""
        taught = {outcome for outcome in self.case.teaches.values() if outcome}
        return not self.errors and all({outcome} == taught or not taught for outcome in self.outcomes)


def seeds_from(first: int, count: int) -> range:
    """So many seeds in a row."""
    return range(first, first + count)


async def verify(case: Case, seeds: Iterable[int], chosen: Mapping[str, Any], pool: Pool) -> Verified:
    """Run a case once a seed. `chosen` goes before the settings of the case.

    Raises SettingsError, SourceError or PageError, before anything runs, where a plan cannot be made.
    """
    plans = [
        replace(plan(case.trial, case.settings, {**chosen, "seed": seed}), consent=case.consent)
        for seed in seeds
    ]
    await pool.warm(max(planned.lanes for planned in plans))
    return Verified(case, [await prove(planned, pool) for planned in plans])


async def follow(planned: Plan, pool: Pool, tell: Callable[[Event], None]) -> list[Error]:
    """Run a plan to its end, tell every event, give the errors. However it ends, its workers end with it."""
    errors: list[Error] = []
    events = cast(AsyncGenerator[Event, None], Race(planned, pool).events())
    async with aclosing(events):
        async for event in events:
            tell(event)
            if isinstance(event, Error):
                errors.append(event)
    return errors


async def prove(planned: Plan, pool: Pool) -> Proof:
    """Run a plan to its end and keep what it came to."""
    told: dict[type[Event], Any] = {}
    errors = await follow(planned, pool, lambda event: told.update({type(event): event}))
    verdict = told.get(Verdict)
    if verdict is None and not errors:
        errors = [Error("NoVerdict", f"{planned.name} came to no verdict")]
    return Proof(
        seed=planned.settings.seed,
        plan=planned,
        seconds=told[Bye].seconds,
        verdict=None if errors else verdict,
        error=errors[0] if errors else None,
        hello=told.get(Hello),
    )


async def outcome_of(planned: Plan, pool: Pool) -> str:
    """The outcome that a plan comes to. Raises NoVerdict."""
    proof = await prove(planned, pool)
    if proof.verdict is None:
        raise NoVerdict(proof.error.message if proof.error else "no verdict")
    return proof.verdict.outcome
