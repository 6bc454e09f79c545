"""Looking into two runs: it changes nothing, goes back to what was, and finds where they part."""

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest

from app.lab.difference import Difference, first_difference
from app.lab.glass import Glass, LookFailed, Side, difference
from app.lab.pool import Pool
from experiments.engine import Edit, page
from experiments.engine.events import Looked
from experiments.engine.places import Place, place_of
from experiments.engine.request import Finish, Go, Move
from tests.lab.racing import LOSS, STEP, gone, planned, raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

CLEARED = "        optimizer.zero_grad()\n"
UNCLEARED = Edit(CLEARED, "")
STEPS = 12
WRITES = Edit(
    STEP,
    f'{STEP}        print(completed_steps, file=open("steps", "a"))\n        told = open("steps").read()\n',
)
LASTING = 100_000


def shown(stop: Looked) -> Any:
    """What a stop shows, but for how it was come to."""
    return stop.path, stop.place, stop.reached, stop.values


async def looked_into(pool: Pool, edits: list[Edit], steps: int = STEPS) -> Side:
    side = Side(planned({"a": edits}, num_training_steps=steps), "a", pool)
    await side.begin()
    return side


async def test_the_losses_of_a_run_that_was_looked_into_are_those_of_one_that_was_not(pool: Pool) -> None:
    ran = await raced(pool, {"a": []}, num_training_steps=STEPS)
    side = await looked_into(pool, [])
    for round in (1, 4, 2, 9):
        await side.ask(Go(line=74, round=round))
        await side.ask(Move(by=3))
    await side.ask(Finish())
    await side.close()
    assert [side.steps[n].loss for n in range(1, STEPS + 1)] == ran.runs["a"].loss
    assert [side.steps[n].grad_norm for n in range(1, STEPS + 1)] == ran.runs["a"].grad_norm


@pytest.mark.parametrize("edits", [[], [WRITES]], ids=["the page", "a page that writes a file"])
async def test_any_place_shows_what_a_run_shows_that_comes_there_for_the_first_time(
    pool: Pool, edits: list[Edit]
) -> None:
    chance = random.Random(7)
    places = {Place(chance.randint(71, 79), chance.randint(1, STEPS)) for _ in range(24)}
    places |= {Place(36, 0), Place(61, 0), Place(88 + 2 * len(edits), 1)}
    straight, side = await looked_into(pool, edits), await looked_into(pool, edits)
    ways = Counter[str]()
    known = {place: shown(await straight.ask(_go(place))) for place in sorted(places, key=_order)}
    for place in chance.sample(sorted(places), len(places)):
        stop = await side.ask(_go(place))
        assert shown(stop) == known[place], place
        ways[stop.came] += 1
    await asyncio.gather(straight.close(), side.close())
    assert ways["snapshot"] > ways["start"], "what comes after the first snapshot is not run anew"


def _go(place: Place) -> Go:
    return Go(line=place.line, round=place.round or None)


def _order(place: Place) -> tuple[int, int, int]:
    """The order in which a run comes to these places of the page."""
    in_training = 71 <= place.line <= 81
    return (70, place.round, place.line) if in_training else (place.line, 0, 0)


async def test_a_place_that_the_run_does_not_come_to_is_told_as_not_reached(pool: Pool) -> None:
    side = await looked_into(pool, [])
    left_out = await side.ask(Go(line=80, round=3))
    assert not left_out.reached and place_of(tuple(left_out.path)).round == 4
    too_far = await side.ask(Go(line=74, round=STEPS + 1))
    assert not too_far.reached and too_far.path == []
    back = await side.ask(Go(line=80, round=STEPS))
    assert back.reached and back.came == "snapshot"
    await side.close()


async def test_a_page_that_raised_can_be_looked_at_where_it_did_and_before(pool: Pool) -> None:
    side = await looked_into(pool, [Edit(LOSS, f"{LOSS}        loss = loss + missing\n")])
    end = await side.ask(Finish())
    assert end.path == [] and side.raised is not None and side.raised.type == "NameError"
    at_end = await side.ask(Move(by=0, names=["completed_steps", "loss"]))
    assert [value.missing for value in at_end.values] == [False, False]
    before = await side.ask(Move(by=-1))
    assert before.path[-1] == 74 and side.raised is None
    await side.close()


async def test_a_run_on_its_way_can_be_stopped(pool: Pool) -> None:
    side = await looked_into(pool, [], LASTING)
    on_its_way = asyncio.create_task(side.ask(Finish()))
    while not side.steps:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await side.interrupt()
    stop = await on_its_way
    assert stop.path and not side._awaited
    assert (await side.ask(Move(by=0, names=["completed_steps"]))).values[0].text != "0"
    await side.close()


async def test_nothing_stays_of_runs_that_were_left_in_the_middle(pool: Pool) -> None:
    glass = Glass(planned({"a": [], "b": [UNCLEARED]}, num_training_steps=LASTING), pool, "b")
    await glass.begin()
    await glass.go(glass.pairing.row(0, 74) or 0, 6)
    workers = [psutil.Process(side._worker.pid) for side in glass.sides if side._worker]
    below = [process for worker in workers for process in worker.children(recursive=True)]
    folders = [Path(side._worker._scratch.name) for side in glass.sides if side._worker]
    assert len(below) > 2, "two runs and their snapshots"
    await glass.close()
    await gone(*below)
    assert all(worker.is_running() for worker in workers), "they wait for the next run"
    assert not any(list(folder.iterdir()) for folder in folders)


async def test_nothing_stays_of_a_run_that_is_cancelled_or_killed_on_its_way(pool: Pool) -> None:
    side = await looked_into(pool, [], LASTING)
    assert side._worker is not None
    worker = psutil.Process(side._worker.pid)
    on_its_way = asyncio.create_task(side.ask(Finish()))
    while len(below := worker.children(recursive=True)) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    on_its_way.cancel()
    await asyncio.gather(on_its_way, return_exceptions=True)
    await side.close()
    await gone(*below)
    assert worker.is_running(), "it waits for the next run"

    side = await looked_into(pool, [])
    assert side._worker is not None
    for process in (worker := psutil.Process(side._worker.pid)).children():
        process.kill()
    with pytest.raises(LookFailed, match="SIGKILL"):
        await side.ask(Go(line=74, round=2))
    await side.close()


async def test_where_nothing_can_be_forked_the_run_is_repeated(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\ndel os.pidfd_open\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pool = Pool(size=1)
    try:
        side = await looked_into(pool, [], 3)
        later = await side.ask(Go(line=75, round=2))
        earlier = await side.ask(Go(line=74, round=1))
        assert side.repeated and earlier.path[-2:] == [1, 74]
        assert shown(await side.ask(Go(line=75, round=2))) == shown(later)
        await side.close()
    finally:
        await pool.close()


# Two runs side by side ---------------------------------------------------------------------------------


async def test_two_runs_go_in_step_and_what_they_hold_is_compared(pool: Pool) -> None:
    glass = Glass(planned({"cleared": [], "piling up": [UNCLEARED]}), pool, "piling up")
    await glass.begin()
    await glass.go(glass.pairing.row(0, 75) or 0, 2)
    rows = {row.name: row for row in await glass.look()}
    assert rows["optimizer"].same and difference(rows["optimizer"]) == "="
    assert not rows["optimizer: gradients"].same and difference(rows["optimizer: gradients"])[0] in "▲▼"
    await glass.step()
    assert [side.stop.path[-1] for side in glass.sides if side.stop] == [76, 76]
    await glass.step()
    await glass.step()
    assert [side.stop.path[-1] for side in glass.sides if side.stop] == [78, 77], "the same row"
    await glass.go_round(1)
    assert glass.place == Place(78, 3)
    await glass.close()


SLOWER = Edit("lr=learning_rate", "lr=learning_rate / 2")
TWICE = Edit("        accelerator.backward(loss)\n", "        accelerator.backward(loss * 2)\n")
SAME = Edit(LOSS, "        loss = outputs.loss  # the same\n")
LOST = Edit(LOSS, "        loss = outputs.lost\n")
DRAWS = Edit(LOSS, f"{LOSS}        torch.rand(1)\n")


async def parted(pool: Pool, edit: Edit, steps: int = 3) -> Difference:
    glass = Glass(planned({"a": [], "b": [edit]}, num_training_steps=steps), pool, "b")
    await glass.begin()
    try:
        return await first_difference(glass)
    finally:
        await glass.close()


@pytest.mark.parametrize(
    ("edit", "where", "what"),
    [
        (UNCLEARED, (Place(75, 2), Place(75, 2)), "the gradients"),
        (SLOWER, (Place(63, 0), Place(63, 0)), "the learning rate"),
        (TWICE, (Place(75, 1), Place(75, 1)), "the gradients"),
        (DRAWS, (Place(74, 1), Place(75, 1)), "the random state"),
    ],
    ids=["uncleared", "slower", "twice", "draws"],
)
async def test_the_first_difference_is_found(pool: Pool, edit: Edit, where: Any, what: str) -> None:
    found = await parted(pool, edit)
    assert found.places == where and what in found.what, found.sentence
    assert found.compared > 10


async def test_runs_that_do_not_differ_are_told_so(pool: Pool) -> None:
    same, raising = await parted(pool, SAME), await parted(pool, LOST)
    assert not same.found and same.sentence.startswith("no difference up to the end: equal to the last bit")
    assert not raising.found and "AttributeError on line 73" in raising.sentence


@pytest.mark.parametrize("edit", [UNCLEARED, TWICE, SAME], ids=["uncleared", "twice", "same"])
async def test_the_first_difference_is_that_of_two_recordings(pool: Pool, edit: Edit) -> None:
    plan = planned({"a": [], "b": [edit]}, num_training_steps=3)
    first, second = (recorded(plan.pages[variant]) for variant in "ab")
    second_by_line = dict(second)
    expected = next(
        (key for key, values in first if key in second_by_line and _differ(values, second_by_line[key])), None
    )
    found = await parted(pool, edit)
    if expected is None:
        assert not found.found
        return
    text, occurrence = expected
    place = found.places[0]
    assert place is not None and (plan.pages["a"].splitlines()[place.line - 1], place.round) == (
        text,
        occurrence,
    )


Recording = list[tuple[tuple[str, int], dict[str, Any]]]


def recorded(text: str) -> Recording:
    """Weights, gradients, loss and learning rate before each line, by its text and how often it ran."""
    import torch

    variables: dict[str, Any] = {
        "__name__": "__main__",
        "__file__": str(page.LOOP),
    }
    lines, counts, found = text.splitlines(), Counter[str](), Recording()

    def values() -> dict[str, Any]:
        held: dict[str, Any] = {}
        for name, weight in getattr(variables.get("model"), "named_parameters", dict)() or ():
            held[name] = weight.detach().clone()
            held[f"{name}.grad"] = None if weight.grad is None else weight.grad.clone()
        if isinstance(loss := variables.get("loss"), torch.Tensor):
            held["loss"] = loss.detach().clone()
        if optimizer := variables.get("optimizer"):
            held["lr"] = torch.tensor(optimizer.param_groups[0]["lr"], dtype=torch.float64)
        return held

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != "recorded.py" or frame.f_code.co_name != "<module>":
            return None
        if event == "line":
            counts[line := lines[frame.f_lineno - 1]] += 1
            found.append(((line, counts[line]), values()))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(compile(text, "recorded.py", "exec"), variables)
    finally:
        sys.settrace(before)
    return found


def _differ(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return any(
        second.get(name) is not None and value is not None and not bool((value == second[name]).all())
        for name, value in first.items()
    )
