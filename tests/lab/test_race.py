"""How variants race: in turns where times are compared, and none of them in another's way."""

import ast
import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import msgspec
import pytest

from app.lab.plan import NeedsConsent, Plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Edit, Outcome
from experiments.engine.events import Bye, Error, Event, Hello, Over, Raised, Step, Turn
from experiments.engine.family import CANNOT_FORK
from experiments.engine.request import Request
from tests.lab.racing import LOSS, STEP, TOP, planned, raced
from tests.tui.scripted import Asked, hello, steps

session = pytest.mark.asyncio(loop_scope="session")

BEGIN = Edit(
    "        outputs = model(**batch)\n        loss",
    "        began = now()\n        outputs = model(**batch)\n        loss",
)
END = Edit(
    "        completed_steps += 1\n", "        completed_steps += 1\n        rounds.append([began, now()])\n"
)
CLOCK = Edit("completed_steps = 0\n", "from time import monotonic as now\ncompleted_steps, rounds = 0, []\n")
TELL = Edit("accelerator.print(eval_metric)", "raise ValueError(rounds)")
TIMED = [BEGIN, END, CLOCK, TELL]


@pytest.mark.run
@session
async def test_interleaved_variants_take_turns_round_by_round(pool) -> None:
    ran = await raced(pool, {"a": TIMED, "b": [*TIMED, Edit(TOP, f"{TOP}late = 1\n")]}, interleaved=True)
    told = {raised.variant: ast.literal_eval(raised.message) for raised in ran.of(Raised)}
    rounds = sorted((*span, variant) for variant, spans in told.items() for span in spans)
    assert len(rounds) == 10
    assert all(ended <= begins for (_, ended, _), (begins, _, _) in pairwise(rounds))
    turns = [variant for *_, variant in rounds]
    assert all(one != other for one, other in pairwise(turns))


@pytest.mark.run
@session
async def test_a_variant_that_raises_or_dies_does_not_block_the_others(pool) -> None:
    at_two = f"{LOSS}        if completed_steps == 2:\n            "
    ran = await raced(
        pool,
        {
            "whole": [],
            "raises": [Edit(LOSS, f"{at_two}raise ValueError('two')\n")],
            "dies": [Edit(LOSS, f"{at_two}import os; os.kill(os.getpid(), 9)\n")],
        },
        interleaved=True,
    )
    assert {name: len(run.steps) for name, run in ran.runs.items()} == {"whole": 5, "raises": 2, "dies": 2}
    assert ran.raised.variant == "raises"
    assert (ran.error.variant, ran.error.type) == ("dies", "WorkerDied")
    assert "SIGKILL" in ran.error.message
    assert not ran.of(Outcome), "what did not run cannot be decided"
    assert ran.runs["whole"].metrics


@pytest.mark.run
@session
async def test_three_variants_race_on_two_cores(pool) -> None:
    same = {name: [Edit(STEP, f"{STEP}        # {name}\n")] for name in ("b", "c")}
    ran = await raced(pool, {"a": [], **same}, num_training_steps=2)
    assert ran.losses["a"] == ran.losses["b"] == ran.losses["c"]


# With workers that play a part ---------------------------------------------------------------------------


class Actor:
    """A worker that plays a part for each variant; `None` in one waits for its turn, an event for itself."""

    pid = 0
    last_words = ""
    is_alive = True
    is_idle = is_running = False

    def __init__(self, pool: "Stage") -> None:
        self.pool = pool
        self.told: dict[str, asyncio.Event] = {}
        self.events_told: asyncio.Queue[Event | None] = asyncio.Queue()

    async def events(self, request: bytes) -> AsyncIterator[Event]:
        variants = list(msgspec.json.decode(request, type=Request).pages)
        self.told = {variant: asyncio.Event() for variant in variants}
        playing = [asyncio.create_task(self.play(variant)) for variant in variants]
        unfinished = len(playing)
        while unfinished:
            event = await self.events_told.get()
            if event is None:
                unfinished -= 1
            else:
                yield event
        yield Bye(1.0, 7)

    async def play(self, variant: str) -> None:
        for event in self.pool.parts[variant]:
            if event is None:
                await self.told[variant].wait()
                self.told[variant].clear()
            else:
                self.events_told.put_nowait(event)
        self.events_told.put_nowait(Over(variant))
        self.events_told.put_nowait(None)

    async def send(self, line: bytes) -> None:
        self.told[msgspec.json.decode(line, type=str)].set()

    async def how_it_ended(self) -> str:
        return "killed by SIGKILL"

    async def end(self) -> None: ...


class Stage(Pool):
    """Gives actors; a part that is an exception is raised instead of starting one."""

    def __init__(self, parts: dict[str, Any], broken: Exception | None = None) -> None:
        super().__init__(size=2)
        self.parts = parts
        self.broken = broken

    async def take(self, *, offline: bool, request: bytes = b"") -> Any:
        if self.broken:
            raise self.broken
        return Actor(self)


def part(variant: str, *events: Event | None) -> list[Any]:
    asked = Asked(variant, "", msgspec.to_builtins(planned({variant: []}).settings), "made here")
    return [hello(asked), *events]


async def played(stage: Pool, *variants: str, **kwargs: Any) -> tuple[Race, list[Event]]:
    edits = {variant: [Edit(TOP, f"{TOP}# {variant}\n")] for variant in variants[1:]}
    race = Race(planned({variants[0]: [], **edits}, **kwargs), stage)
    async with asyncio.timeout(30):
        return race, [event async for event in race.events()]


async def test_a_variant_that_is_lost_as_it_waits_for_its_turn_gives_it_to_the_next() -> None:
    lost = Error("WorkerDied", "killed by SIGKILL", variant="dies")
    parts = {
        "dies": part("dies", Turn("dies"), lost),
        "waits": part("waits", Turn("waits"), None, *steps("waits", [0.5]), Turn("waits"), None),
    }
    race, events = await played(Stage(parts), "dies", "waits", interleaved=True)
    assert len(race.runs["waits"].steps) == 1
    assert [event.variant for event in events if isinstance(event, Error)] == ["dies"]


async def test_variants_that_cannot_be_forked_begin_again_apart() -> None:
    class Refusing(Actor):
        async def events(self, request: bytes) -> AsyncIterator[Event]:
            if msgspec.json.decode(request, type=Request).together:
                for event in (
                    *steps("a", [0.1, 0.2]),
                    Error(CANNOT_FORK, "2 threads", variant="a"),
                    Over("a"),
                ):
                    yield cast(Event, event)
                yield Bye(1.0, 7)
            else:
                async for event in super().events(request):
                    yield event

    class Place(Stage):
        async def take(self, *, offline: bool, request: bytes = b"") -> Any:
            return Refusing(self)

    parts = {name: part(name, *steps(name, [0.5])) for name in ("a", "b")}
    race, events = await played(Place(parts), "a", "b")
    assert {name: run.loss for name, run in race.runs.items()} == {"a": [0.5], "b": [0.5]}
    assert not [event for event in events if isinstance(event, Error)]


@pytest.mark.parametrize("broken", [OSError(12, "Cannot allocate memory"), ValueError("a line too long")])
async def test_a_worker_that_cannot_be_had_is_an_error(broken: Exception) -> None:
    _, events = await played(Stage({}, broken), "a", "b")
    errors = [event for event in events if isinstance(event, Error)]
    assert {event.variant for event in errors} == {"a", "b"}
    assert {event.message for event in errors} == {str(broken)}
    assert isinstance(events[-1], Bye)


async def test_a_race_says_hello_once_with_every_difference_and_bye_last() -> None:
    parts = {name: part(name, *steps(name, [0.5])) for name in ("a", "b")}
    race, events = await played(Stage(parts), "a", "b")
    (first,) = [event for event in events if isinstance(event, Hello)]
    assert events[0] is first
    assert first.variants == {"a": "", "b": race.plan.diff("b")}
    assert "+# b" in first.variants["b"]
    assert [type(event) for event in events[-2:]] == [Outcome, Bye]
    assert [event.memory for event in events if isinstance(event, Bye)] == [7]


def undeclared(runs) -> Outcome:
    return Outcome("surprise", "Never declared.")


def broken(runs) -> Outcome:
    return Outcome("done", f"{1 / 0}")


@pytest.mark.parametrize(
    ("decide", "said"),
    [(undeclared, "decided 'surprise', which it does not declare"), (broken, "division by zero")],
)
async def test_a_decision_that_goes_wrong_is_an_error_of_viva(decide, said: str) -> None:
    parts = {name: part(name, *steps(name, [0.5])) for name in ("a", "b")}
    _, events = await played(Stage(parts), "a", "b", decide=decide)
    (error,) = [event for event in events if isinstance(event, Error)]
    assert said in error.message
    assert not error.input
    assert not [event for event in events if isinstance(event, Outcome)]


async def test_an_exception_of_the_baseline_is_an_error_and_of_a_variant_a_finding() -> None:
    def parts(raising: str) -> dict[str, Any]:
        fine = {name: part(name, *steps(name, [0.5])) for name in ("a", "b")}
        return {**fine, raising: part(raising, Raised(raising, "ValueError", "no [CLS]", 28))}

    _, events = await played(Stage(parts("b")), "a", "b")
    assert [event for event in events if isinstance(event, Outcome)]
    _, events = await played(Stage(parts("a")), "a", "b")
    (error,) = [event for event in events if isinstance(event, Error)]
    assert (error.type, error.message, error.input) == ("ValueError", "line 28 of the page: no [CLS]", False)


async def test_foreign_edits_run_only_with_a_yes_to_what_they_are_now() -> None:
    content = iter(["first", "first", "second"])
    plan = replace(planned({"a": []}), foreign=lambda: next(content))
    stage = Stage({"a": part("a", *steps("a", [0.5]), Bye(1.0, 7))})

    async def events(plan: Plan) -> list[Event]:
        return [event async for event in Race(plan, stage).events()]

    with pytest.raises(NeedsConsent, match="nobody said yes"):
        await events(plan)
    assert isinstance((await events(replace(plan, consent="first")))[-1], Bye)
    with pytest.raises(NeedsConsent):
        await events(replace(plan, consent="first"))


async def test_steps_travel_with_what_is_no_number_as_null() -> None:
    parts = {"a": part("a", *steps("a", [None, 0.5]))}
    race, events = await played(Stage(parts), "a")
    assert [event.loss for event in events if isinstance(event, Step)] == [None, 0.5]
    assert race.runs["a"].loss[1] == 0.5
