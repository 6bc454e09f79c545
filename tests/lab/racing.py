"""Small races for the tests: a few steps of the real page, its variants made on the spot."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

import psutil

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Edit, Experiment, Outcome, Run, Variant
from experiments.engine.events import Error, Event, Hello, Raised, Step
from experiments.engine.experiment import Trial

SMALL = {"num_training_steps": 5, "num_eval_examples": 16}
STEP = "        optimizer.step()\n"
LOSS = "        loss = outputs.loss\n"
TOP = "set_seed(seed)\n"


@dataclass(frozen=True)
class Ran:
    """A race that came to its end."""

    events: list[Event]
    runs: Mapping[str, Run]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def error(self) -> Error:
        (error,) = self.of(Error)
        return error

    @property
    def hello(self) -> Hello:
        (hello,) = self.of(Hello)
        return hello

    @property
    def raised(self) -> Raised:
        (raised,) = self.of(Raised)
        return raised

    @property
    def losses(self) -> dict[str, list[float]]:
        return {variant: run.loss for variant, run in self.runs.items()}


def done(runs: Mapping[str, Run]) -> Outcome:
    return Outcome("done", f"{len(runs)} variants ran.")


def planned(
    variants: Mapping[str, Sequence[Edit] | Variant],
    decide: Callable[[Mapping[str, Run]], Outcome] = done,
    interleaved: bool = False,
    module: str | None = None,
    **settings: Any,
) -> Plan:
    """The plan of an experiment made of these variants, five steps long unless told otherwise."""
    experiment = Experiment(variants, {"done": "It ran.", "other": "It did not."}, interleaved=interleaved)
    return plan(Trial("made here", "Made here.", experiment, decide, module), {**SMALL, **settings})


async def raced(pool: Pool, *args: Any, **kwargs: Any) -> Ran:
    """Run what `planned` makes of the arguments to its end."""
    race = Race(planned(*args, **kwargs), pool)
    events = [event async for event in race.events()]
    if not any(isinstance(event, Error) for event in events):
        assert any(isinstance(event, Outcome) for event in events)
    return Ran(events, race.runs)


async def until(race: Race, wanted: Callable[[Event], bool]) -> Event:
    """Follow a race until an event of this kind and leave it there, which cancels it."""
    async with aclosing(cast(AsyncGenerator[Event, None], race.events())) as events:
        async for event in events:
            if wanted(event):
                return event
    raise AssertionError("the race ended before")


def is_step(event: Event) -> bool:
    return isinstance(event, Step)


async def gone(*processes: psutil.Process) -> None:
    """Wait for processes to end; the test's timeout ends a wait in vain."""
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
