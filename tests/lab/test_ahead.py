"""What is begun before it is asked for is the run that it would have been, or leaves nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import psutil
import pytest
import pytest_asyncio

from app.lab import machine
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.lab.race import Race
from app.lab.worker import Worker
from experiments.engine import Edit
from experiments.engine.events import Error, Event, Statement, Step
from tests.lab.racing import SMALL, TOP, gone, is_step, planned
from tests.lab.test_sharing import VARIANTS, shown
from tests.lab.test_worker import all_of

session = pytest.mark.asyncio(loop_scope="session")
LATE = {"as it is": [], "late": [Edit("model.eval()\n", "model.eval()  # after the training\n")]}
TURNS = {"as it is": [], "top": [Edit(TOP, f"{TOP}early = 1\n")]}


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.lab.pool.has_leisure", lambda: True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def alone() -> AsyncIterator[Pool]:
    """A pool of one worker, so that it is known which one begins ahead."""
    pool = Pool(size=1)
    yield pool
    await pool.close()


async def holds(condition: Callable[[], bool]) -> None:
    """Wait for it; the test's timeout ends a wait in vain."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def told_ahead(pool: Pool, plan: Plan, wanted: int) -> Worker:
    """Let the pool begin with a plan. Gives its worker, once so many statements of the baseline are done."""
    await pool.warm()
    request = plan.request_ahead
    assert request is not None
    await pool.go_ahead(request)
    worker = pool._ahead
    assert worker is not None
    await holds(lambda: len(done(worker._ahead, plan.baseline)) >= wanted)
    return worker


def done(events: Sequence[Event], variant: str) -> list[Statement]:
    told = [event for event in events if isinstance(event, Statement) and event.variant == variant]
    return [event for event in told if event.seconds is not None]


def before_the_loop(plan: Plan) -> int:
    """How many statements of the baseline come before its first round."""
    import ast

    body = ast.parse(plan.pages[plan.baseline]).body
    return next(number for number, node in enumerate(body) if isinstance(node, ast.For))


def family(worker: Worker) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children(recursive=True)


@pytest.mark.run
@session
@pytest.mark.parametrize(
    ("variants", "interleaved"),
    [(VARIANTS, False), (LATE, False), (TURNS, True)],
    ids=["few", "late", "turns"],
)
async def test_a_run_begun_ahead_is_the_run_that_it_would_have_been(
    alone: Pool, variants: Any, interleaved: bool
) -> None:
    plan = planned(variants, interleaved=interleaved)
    cold = Race(plan, alone)
    assert not [event async for event in cold.events() if isinstance(event, Error)]
    worker = await told_ahead(alone, plan, before_the_loop(plan))
    ahead = list(worker._ahead)
    assert not [event for event in ahead if isinstance(event, Step)], (
        "nothing is trained before it is asked for"
    )
    nice = {process.nice() for process in family(worker)}
    race = Race(plan, alone)
    told = [event async for event in race.events()]
    assert race._workers[plan.baseline] is worker
    assert shown(race.runs) == shown(cold.runs)
    assert [one for one in done(told, plan.baseline) if one in ahead] == done(ahead, plan.baseline)
    assert max(nice) > psutil.Process(worker.pid).nice() or not can_come_back()


def can_come_back() -> bool:
    from experiments.engine.priority import _can_come_back

    return _can_come_back()


@pytest.mark.run
@session
async def test_once_it_is_asked_for_nothing_makes_way_any_more(alone: Pool) -> None:
    plan = planned(VARIANTS, num_training_steps=40)
    worker = await told_ahead(alone, plan, 5)  # in the midst of it
    race = Race(plan, alone)
    nice: set[int] = set()
    async for event in race.events():
        if is_step(event) and not nice:
            nice = {process.nice() for process in family(worker)}
    assert nice == {psutil.Process(worker.pid).nice()}
    assert {len(run.steps) for run in race.runs.values()} == {40}


@pytest.mark.run
@session
async def test_what_was_begun_ahead_and_given_up_leaves_an_idle_worker_and_nothing_else(alone: Pool) -> None:
    worker = await told_ahead(alone, planned(VARIANTS), 5)
    begun = family(worker)
    assert begun
    alone.stay_behind()
    await gone(*begun)
    await holds(lambda: worker in alone._idle)
    other = Race(planned({"a": []}), alone)
    assert not [event async for event in other.events() if isinstance(event, Error)]
    assert other._workers["a"] is worker and len(other.runs["a"].steps) == SMALL["num_training_steps"]


@pytest.mark.run
@session
async def test_another_run_is_no_longer_held_up_by_what_was_begun_ahead(alone: Pool) -> None:
    worker = await told_ahead(alone, planned(VARIANTS), 5)
    begun = family(worker)
    other = Race(planned({"a": []}), alone)
    assert not [event async for event in other.events() if isinstance(event, Error)]
    assert other._workers["a"] is worker, "it is warm as soon as it has given up"
    await gone(*begun)


@pytest.mark.run
@session
async def test_what_was_killed_as_it_was_held_is_run_anew(alone: Pool) -> None:
    plan = planned(VARIANTS)
    worker = await told_ahead(alone, plan, 5)
    family(worker)[0].kill()
    await holds(lambda: not worker.holds(msgspec.json.encode(plan.request_ahead)))
    race = Race(plan, alone)
    assert not [event async for event in race.events() if isinstance(event, Error)]
    assert {len(run.steps) for run in race.runs.values()} == {SMALL["num_training_steps"]}


@pytest.mark.run
@session
async def test_it_ends_with_the_app() -> None:
    pool = Pool(size=1)
    worker = await told_ahead(pool, planned(VARIANTS), 5)
    begun = [psutil.Process(worker.pid), *family(worker)]
    assert worker._process.stdin is not None
    worker._process.stdin.close()  # what the worker sees of an app that was killed
    await gone(*begun)
    await pool.close()


@pytest.mark.run
@session
async def test_an_answer_that_comes_before_the_worker_listens_waits_for_it() -> None:
    """The request and what is to come of it are read in one go, after the libraries' import."""
    worker = await Worker.start(offline=True)
    request = msgspec.json.encode(planned(VARIANTS).request_ahead)
    await worker.hold(request)
    events = await all_of(worker, request)
    assert not [event for event in events if isinstance(event, Error)]
    assert sum(map(is_step, events)) == 4 * SMALL["num_training_steps"]
    await worker.hold(request)
    await worker.let_go(10.0)
    assert worker.is_idle
    await worker.end()


@session
async def test_what_is_not_asked_for_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.lab.pool.AHEAD_SECONDS", 0.05)
    monkeypatch.setattr("app.lab.pool.LOOKING_SECONDS", 0.02)
    pool, worker = Pool(size=1), Holding()
    pool._idle = [worker]  # type: ignore[list-item]
    await pool.go_ahead(planned({"a": []}).request_ahead)  # type: ignore[arg-type]
    assert pool._ahead is worker
    await worker.gave_up.wait()


@session
@pytest.mark.parametrize("when", ["before", "later"])
async def test_a_machine_that_is_busy_does_nothing_ahead(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    monkeypatch.setattr("app.lab.pool.LOOKING_SECONDS", 0.02)
    pool, worker = Pool(size=1), Holding()
    pool._idle = [worker]  # type: ignore[list-item]
    leisure = iter([when == "later"])
    monkeypatch.setattr("app.lab.pool.has_leisure", lambda: next(leisure, False))
    await pool.go_ahead(planned({"a": []}).request_ahead)  # type: ignore[arg-type]
    if when == "before":
        assert pool._ahead is None and pool._idle == [worker]
    else:
        await worker.gave_up.wait()


async def test_only_one_begins_ahead_and_the_same_one_goes_on() -> None:
    first, second = Holding(), Holding()
    pool = Pool(size=2)
    pool._idle = [first, second]  # type: ignore[list-item]
    one, other = planned({"a": []}).request_ahead, planned({"b": []}).request_ahead
    assert one and other
    await pool.go_ahead(one)
    await pool.go_ahead(one)
    assert pool._ahead is first and not first.gave_up.is_set()
    await pool.go_ahead(other)
    assert pool._ahead is second
    await first.gave_up.wait()
    await pool.close()


def test_what_may_be_another_by_then_is_not_begun_ahead(tmp_path: Any) -> None:
    plan = planned({"a": []})
    settings = plan.settings
    assert plan.request_ahead
    for changed in ({"data": str(tmp_path)}, {"data": "hub"}, {"model": "hub"}):
        assert replace(plan, settings=msgspec.structs.replace(settings, **changed)).request_ahead is None
    assert replace(plan, foreign=lambda: "hash").request_ahead is None
    assert planned({"a": [Edit(TOP, f"{TOP}changed = 1\n")]}).request_ahead is None


def test_leisure_needs_mains_memory_and_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    class Battery:
        power_plugged = True

    class Memory:
        available = 2 * machine.ROOM

    load = [0.1]
    monkeypatch.setattr(psutil, "sensors_battery", lambda: Battery, raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (load[0], 0, 0))
    assert machine.has_leisure()
    monkeypatch.setattr(Battery, "power_plugged", False)
    assert not machine.has_leisure()
    monkeypatch.setattr(Battery, "power_plugged", None)
    assert machine.has_leisure()
    monkeypatch.setattr(Memory, "available", 10)
    assert not machine.has_leisure()
    monkeypatch.setattr(Memory, "available", 2 * machine.ROOM)
    load[0] = 99.0
    assert not machine.has_leisure()


class Holding:
    """A worker that holds whatever it is given."""

    is_alive = is_idle = True
    is_running = False

    def __init__(self) -> None:
        self.request = b""
        self.gave_up = asyncio.Event()

    async def hold(self, request: bytes) -> None:
        self.request = request

    def holds(self, request: bytes) -> bool:
        return self.request == request

    async def let_go(self, seconds: float) -> None:
        self.gave_up.set()

    async def end(self) -> None: ...
