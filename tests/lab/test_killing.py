"""Whichever process of a family is killed, and whenever: a clear error for what is lost, and nothing left."""

import random

import psutil
import pytest

from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Outcome
from experiments.engine.events import Bye, Error, Event
from tests.lab.racing import gone, planned, raced
from tests.lab.test_sharing import VARIANTS
from tests.lab.test_worker import family

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

EVENTS = 400
"""About as many as the race below tells."""


@pytest.mark.parametrize("seed", range(8))
async def test_a_process_that_is_killed_at_any_moment_is_an_error_and_leaves_nothing(
    pool: Pool, seed: int
) -> None:
    chance = random.Random(seed)
    kill_at = chance.randrange(1, EVENTS)
    race = Race(planned({"a": [], **VARIANTS}, interleaved=seed % 2 == 1, num_training_steps=12), pool)
    events: list[Event] = []
    running: list[psutil.Process] = []
    async for event in race.events():
        events.append(event)
        if len(events) >= kill_at and not running:
            running = family(race)
            chance.choice(running).kill()
    await gone(*running)
    errors = [event for event in events if isinstance(event, Error)]
    lost = [error.variant for error in errors]
    complete = {variant for variant, run in race.runs.items() if run.metrics}
    assert len(lost) == len(set(lost)), "told once"
    assert complete | set(lost) == set(race.runs)
    assert all((error.type, "SIGKILL" in error.message) == ("WorkerDied", True) for error in errors)
    assert isinstance(events[-1], Bye)
    assert bool([event for event in events if isinstance(event, Outcome)]) == (not errors)

    again = await raced(pool, {"a": []}, num_training_steps=2)
    assert len(again.runs["a"].steps) == 2
