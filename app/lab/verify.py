"""Runs experiments over seeds, and holds the outcomes that came against what the bank teaches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import Race
from app.lab.rates import judged
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
    judgement: str | None = None
    """Of runs that were added until they were decisive: confirmed, refuted or depends on luck."""

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
        """Whether no run failed and what came is what is taught: each time, or as often as was asked for."""
        if self.judgement:
            return self.judgement == "confirmed"
        return not self.errors and self.came == len(self.proofs)

    @property
    def came(self) -> int:
        """How many runs came to what is taught; where nothing is, to what the first came to."""
        taught = {outcome for outcome in self.case.teaches.values() if outcome}
        if not taught:
            taught = set(list(self.outcomes)[:1])
        return sum({proof.outcome} == taught for proof in self.proofs)


MOST = 300
"""After so many seeds an outcome that is still undecided depends on luck."""


async def verify(
    case: Case,
    seeds: Iterable[int],
    chosen: Mapping[str, Any],
    pool: Pool,
    until: float | None = None,
    lanes: int | None = None,
    tell: Callable[[Proof], None] = lambda proof: None,
) -> Verified:
    """Run a case once per seed. `chosen` goes before the settings of the case; `tell` gets each run.

    until: end as soon as it is decided whether the outcome comes at that rate; the seeds may go on for ever.

    Raises SettingsError, SourceError or PageError, before anything runs, where a plan cannot be made.
    """
    verified = Verified(case, [])
    for seed in islice(seeds, MOST):
        planned = replace(plan(case.trial, case.settings, {**chosen, "seed": seed}), consent=case.consent)
        proof = await prove(planned, pool, lanes)
        tell(proof)
        verified = Verified(case, [*verified.proofs, proof])
        if until and (judgement := judged(verified.came, len(verified.proofs), until)):
            return replace(verified, judgement=judgement)
    return replace(verified, judgement="depends on luck") if until else verified


async def follow(
    planned: Plan, pool: Pool, tell: Callable[[Event], None], lanes: int | None = None
) -> list[Error]:
    """Run a plan to its end, tell every event, give the errors. However it ends, its workers end with it."""
    errors: list[Error] = []
    async with aclosing(Race(planned, pool, lanes).events()) as events:
        async for event in events:
            tell(event)
            if isinstance(event, Error):
                errors.append(event)
    return errors


async def prove(planned: Plan, pool: Pool, lanes: int | None = None) -> Proof:
    """Run a plan to its end and keep what it came to."""
    told: dict[type[Event], Any] = {}
    errors = await follow(planned, pool, lambda event: told.update({type(event): event}), lanes)
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
