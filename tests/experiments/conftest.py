"""Real training runs for the tests of the experiments, through the same lab as the app's."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.lab.plan import plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Edit, Outcome, Run, catalog
from experiments.engine.events import Error, Event, Verdict

Proof = tuple[Outcome, dict[str, Run]]


@pytest.fixture(scope="session")
def runner():
    """One event loop and one pool of warm workers for the whole session."""
    loop = asyncio.new_event_loop()
    pool = Pool()
    yield loop, pool
    loop.run_until_complete(pool.close())
    loop.close()


@pytest.fixture
def prove(runner) -> Callable[..., Proof]:
    """`prove(name, edits=None, **settings)`: runs an experiment, gives its outcome and its runs.

    edits: variants to replace, by name, to break the experiment on purpose.
    """
    loop, pool = runner

    def run(name: str, edits: Mapping[str, Sequence[Edit]] | None = None, **settings: Any) -> Proof:
        trial = catalog.find(name)
        if edits:
            variants = {**trial.experiment.variants, **edits}
            trial = replace(trial, experiment=replace(trial.experiment, variants=variants))
        race = Race(plan(trial, settings), pool)
        events = loop.run_until_complete(_all(race))
        errors = [event for event in events if isinstance(event, Error)]
        assert not errors, errors
        verdict = next(event for event in events if isinstance(event, Verdict))
        return Outcome(verdict.outcome, verdict.finding, verdict.evidence), race.runs

    return run


async def _all(race: Race) -> list[Event]:
    return [event async for event in race.events()]
