"""A worker survives what a page does, says how it ended, and leaves nothing behind."""

import asyncio
import contextlib
from pathlib import Path

import msgspec
import psutil
import pytest

from app.lab.pool import Pool
from app.lab.race import Race
from app.lab.worker import Worker
from experiments.engine import Edit, Outcome
from experiments.engine.events import Bye, Error, Eval, Event, Step
from tests.lab.racing import STEP, TOP, Ran, gone, is_step, planned, raced, until

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

LONG = 100_000
NOISE = Edit(
    STEP,
    f"""{STEP}        import os, subprocess, sys
        print('{{"event": "bye", "seconds": 0, "memory": 0}}')
        os.write(1, b'{{"event": "nonsense"}} \\xff')
        subprocess.run(["echo", "aloud"])
""",
)
MUCH = Edit(TOP, f"{TOP}import sys\nsys.stderr.write('x' * 20_000_000)\n")
HELPER = Edit(TOP, f'{TOP}import subprocess\nhelper = subprocess.Popen(["sleep", "3600"])\n')

OWN_SESSION = Edit(HELPER.old, HELPER.new.replace('"3600"]', '"3600"], start_new_session=True'))
LATER = Edit("completed_steps = 0\n", "completed_steps = 0  # here the pages part\n")


async def all_of(worker: Worker, request: bytes) -> list[Event]:
    return [event async for event in worker.events(request)]


async def test_what_a_page_prints_stays_out_of_the_events(pool) -> None:
    ran = await raced(pool, {"prints": [NOISE], "shouts": [MUCH]}, num_training_steps=2)
    assert {variant: len(run.steps) for variant, run in ran.runs.items()} == {"prints": 2, "shouts": 2}
    assert not ran.of(Error)


async def test_a_request_that_is_none_is_answered_and_the_worker_goes_on(pool) -> None:
    worker = await pool.take(offline=True)
    for request in (
        b"not json",
        b"[]",
        b'{"pages": {}}',
        b'{"pages": {"v": ""}, "settings": {}, "extra": 1}',
    ):
        error, bye = await all_of(worker, request)
        assert isinstance(error, Error) and isinstance(bye, Bye)
        assert error.message
    assert worker.is_alive
    await pool.give_back(worker, offline=True)


async def test_one_warm_worker_runs_again_and_again(pool) -> None:
    alone = Pool(size=1)
    alone._idle = [await pool.take(offline=True)]
    (worker,) = alone._idle
    first = await raced(alone, {"a": []}, num_training_steps=2)
    second = await raced(alone, {"a": []}, num_training_steps=2)
    assert first.losses == second.losses
    assert alone._idle == [worker]
    await pool.give_back(worker, offline=True)


async def test_a_cancelled_run_leaves_no_process_but_its_worker_which_goes_on(pool: Pool) -> None:
    race = Race(planned({"a": [HELPER], "b": [OWN_SESSION]}, num_training_steps=LONG), pool)
    stepped: set[str] = set()

    def both_run(event: Event) -> bool:
        if isinstance(event, Step) and event.variant not in stepped:
            stepped.add(event.variant)
            running[:] = family(race)
        return len(stepped) == 2

    running: list[psutil.Process] = []
    await until(race, both_run)
    assert len(running) == 6, "the worker, the stretch in common, of each variant its own and its helper"
    await gone(*running[1:])
    again = Race(planned({"a": []}, num_training_steps=2), pool)
    assert not [event async for event in again.events() if isinstance(event, Error)]
    assert len(again.runs["a"].steps) == 2
    assert running[0].is_running() and running[0].pid in [worker.pid for worker in pool._idle]


async def test_a_run_that_is_cancelled_as_it_ends_leaves_a_worker_that_goes_on() -> None:
    """What was given up and what came to its end by itself may cross on their way."""
    alone = Pool(size=1)
    await alone.warm()
    for last in (False, True):
        race = Race(planned({"a": []}, num_training_steps=1), alone)
        events = race.events()
        async for event in events:
            if isinstance(event, Eval) or (is_step(event) and not last):
                break
        await events.aclose()
    again = await raced(alone, {"a": []}, num_training_steps=2)
    assert len(again.runs["a"].steps) == 2
    await alone.close()


@pytest.mark.parametrize("whose", ["the worker", "what is in common", "a variant"])
async def test_any_process_that_is_killed_is_an_error_with_the_signals_name(pool: Pool, whose: str) -> None:
    """All variants that stood on it are told as lost, nothing of them stays, and the pool goes on."""
    race = Race(planned({"a": [], "b": [LATER]}, num_training_steps=40), pool)
    events: list[Event] = []
    running: list[psutil.Process] = []
    async for event in race.events():
        events.append(event)
        if is_step(event) and not running:
            worker, common, *leaves = running = family(race)
            {"the worker": worker, "what is in common": common, "a variant": leaves[0]}[whose].kill()
    errors = Ran(events, race.runs).of(Error)
    assert {error.type for error in errors} == {"WorkerDied"}
    assert {error.variant for error in errors} == ({"a"} if whose == "a variant" else {"a", "b"})
    assert all("SIGKILL" in error.message for error in errors)
    assert bool(race.runs["b"].metrics) == (whose == "a variant")
    await gone(*running)

    again = await raced(pool, {"a": []}, num_training_steps=2)
    assert len(again.runs["a"].steps) == 2


def family(race: Race) -> list[psutil.Process]:
    """The worker of a race and all below it, parents before their children."""
    worker = psutil.Process(race._workers["a"].pid)
    return [worker, *worker.children(recursive=True)]


async def test_a_crash_in_native_code_says_where(pool) -> None:
    crash = Edit(TOP, f"{TOP}import ctypes\nctypes.string_at(0)\n")
    ran = await raced(pool, {"a": [crash]})
    assert "SIGSEGV" in ran.error.message
    assert '"loop.py"' in ran.error.traceback


async def test_a_worker_whose_input_closes_ends_with_all_that_it_started(pool) -> None:
    worker = await pool.take(offline=True)
    request = msgspec.json.encode(planned({"a": [HELPER]}, num_training_steps=LONG).request(("a",), lanes=1))
    family: list[psutil.Process] = []
    async for event in worker.events(request):
        if is_step(event) and not family:
            parent = psutil.Process(worker.pid)
            family = [parent, *parent.children(recursive=True)]
            worker._process.stdin.close()
    assert len(family) == 3
    await gone(*family)
    await pool.give_back(worker, offline=True)


async def test_an_idle_worker_whose_input_closes_ends(pool) -> None:
    worker = await pool.take(offline=True)
    worker._process.stdin.close()
    async with asyncio.timeout(60):
        assert (await worker.how_it_ended()).startswith("exit status 0")
    await pool.give_back(worker, offline=True)


async def test_a_worker_that_cannot_start_says_why(pool, monkeypatch, tmp_path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('no torch for [this] machine')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("app.lab.worker.experiments.__file__", str(tmp_path / "experiments" / "__init__.py"))
    ran = await raced(Pool(size=1), {"a": []})
    assert ran.error.type == "WorkerDied"
    assert "exit status 1: ImportError: no torch for [this] machine" in ran.error.message


async def test_what_a_page_writes_litters_nobodys_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    worker = await Worker.start(offline=True)
    scratch = psutil.Process(worker.pid).cwd()
    await worker.end()
    assert not list(tmp_path.iterdir())
    assert scratch != str(tmp_path) and not Path(scratch).exists()  # noqa: ASYNC240


DETACHED = "subprocess.Popen(['sleep', '3601'], start_new_session=True)"
ORPHAN = "subprocess.Popen(['sh', '-c', 'setsid sleep 3601 &'])"
FORKED = "os.fork() or (os.setsid(), time.sleep(3601))"


def leaving(child: str) -> Edit:
    return Edit(TOP, f"{TOP}import os, subprocess, time\n{child}\n")


def left_behind() -> list[psutil.Process]:
    """Processes of this machine that a page above has started."""
    return [one for one in psutil.process_iter() if _is_left(one)]


def _is_left(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "3601" in process.cmdline()
    except psutil.Error:
        return False


@pytest.mark.parametrize("child", [DETACHED, ORPHAN])
async def test_what_a_page_starts_in_a_session_of_its_own_ends_with_the_worker(child: str) -> None:
    alone = Pool(size=1)
    ran = await raced(alone, {"a": [leaving(child)]}, num_training_steps=2)
    assert len(ran.runs["a"].steps) == 2
    async with asyncio.timeout(10):
        await alone.close()
        await gone(*left_behind())


@pytest.mark.parametrize("child", [DETACHED, ORPHAN, FORKED])
async def test_a_run_that_dies_is_told_though_what_it_started_holds_its_pipes(child: str) -> None:
    alone = Pool(size=1)
    dying = Edit("model.train()\n", "model.train()\nos.kill(os.getpid(), 9)\n")
    ran = await raced(alone, {"a": [leaving(child), dying]})
    assert "SIGKILL" in ran.error.message
    async with asyncio.timeout(10):
        await alone.close()
        await gone(*left_behind())


async def test_a_killed_worker_is_told_though_others_hold_its_pipes() -> None:
    alone = Pool(size=1)
    race = Race(planned({"a": [leaving(FORKED)]}, num_training_steps=LONG), alone)
    errors: list[Error] = []
    left: list[psutil.Process] = []
    async with asyncio.timeout(100):
        async for event in race.events():
            if is_step(event) and not left:
                worker = psutil.Process(race._workers["a"].pid)
                left = worker.children(recursive=True)
                worker.kill()
            if isinstance(event, Error):
                errors.append(event)
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()  # an orphan of a killed worker is nobody's to find
    assert ["SIGKILL" in error.message for error in errors] == [True]


@pytest.mark.parametrize("way", ["os._exit(0)", "os.fork() and os._exit(0)"])
async def test_a_page_that_ends_its_process_is_no_run_that_came_to_its_end(pool, way: str) -> None:
    ran = await raced(pool, {"a": [], "b": [Edit(TOP, f"{TOP}import os\n{way}\n")]}, num_training_steps=2)
    assert (ran.error.variant, ran.error.type) == ("b", "WorkerDied")
    assert ran.error.message == "the process of 'b' ended before its page did (exit status 0)"
    assert not ran.of(Outcome)
