"""A run that was forked where the pages part is the run that it would have been alone, to the last bit."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Edit, Run, page
from experiments.engine.events import Error, Statement, Step
from tests.lab.racing import LOSS, STEP, planned, raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

NOT_CLEARED = Edit("        optimizer.zero_grad()\n", "")
LOW = Edit("lr=learning_rate", "lr=learning_rate / 5")
VARIANTS = {"as it is": [], "uncleared": [NOT_CLEARED], "low": [LOW], "low, uncleared": [LOW, NOT_CLEARED]}
WRITES = Edit("completed_steps = 0\n", "completed_steps = 0\nprint(7, file=open('note', 'w'))\n")
READS = "        assert open('note').read() == '7\\n'\n"
MINE = "        print({0}, file=open('note', 'w')); assert open('note').read() == '{0}\\n'\n"
THREAD = Edit(
    "completed_steps = 0\n",
    "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    "completed_steps = 0\n",
)


def shown(runs: Mapping[str, Run]) -> dict[str, object]:
    """All that a run has shown, but for how long it took."""
    return {
        variant: (run.loss, run.grad_norm, run.series("learning_rate"), run.metrics, list(run.lines))
        for variant, run in runs.items()
    }


async def test_forked_runs_equal_lone_ones(pool: Pool) -> None:
    together = await raced(pool, VARIANTS)
    alone = {variant: await raced(pool, {variant: edits}) for variant, edits in VARIANTS.items()}
    assert shown(together.runs) == {variant: shown(ran.runs)[variant] for variant, ran in alone.items()}
    assert together.losses["as it is"] != together.losses["low"]


async def test_what_the_pages_have_in_common_is_run_once(pool: Pool) -> None:
    ran = await raced(pool, VARIANTS)
    line, _ = page.lines_of("raw_datasets.map(")
    took = {
        variant: next(
            event.seconds
            for event in ran.of(Statement)
            if event.variant == variant and event.seconds is not None and event.first == line
        )
        for variant in VARIANTS
    }
    assert len(took) == 4 and len(set(took.values())) == 1, "the same measured seconds, told of each"


async def test_each_has_a_folder_of_its_own_with_what_was_written_before(pool: Pool) -> None:
    edits = {
        "reads": [WRITES, Edit(LOSS, LOSS + READS)],
        **{f"writes {n}": [WRITES, Edit(LOSS, LOSS + MINE.format(n))] for n in (1, 2)},
    }
    ran = await raced(pool, edits)
    assert not ran.of(Error)
    assert {len(run.loss) for run in ran.runs.values()} == {5}


async def test_threads_where_the_pages_part_mean_that_each_runs_alone(pool: Pool) -> None:
    ran = await raced(pool, {"a": [THREAD], "b": [THREAD, Edit(STEP, STEP + "        # b\n")]})
    assert not ran.of(Error)
    assert ran.losses["a"] == ran.losses["b"] and len(ran.losses["a"]) == 5


async def test_threads_of_some_variants_stop_no_other_that_waits_for_its_turn(pool: Pool) -> None:
    edits = {"a": [THREAD], "b": [THREAD, Edit(STEP, STEP + "        # b\n")], "c": []}
    async with asyncio.timeout(60):
        ran = await raced(pool, edits, interleaved=True)
    assert not ran.of(Error)
    assert {variant: len(losses) for variant, losses in ran.losses.items()} == {"a": 5, "b": 5, "c": 5}


async def test_threads_that_are_just_ending_are_waited_for(pool: Pool) -> None:
    brief = Edit(THREAD.old, THREAD.new.replace("60", "0.3"))
    ran = await raced(pool, {"a": [brief], "b": [brief, Edit(STEP, STEP + "        # b\n")]})
    line, _ = page.lines_of("completed_steps = 0")
    took = {
        event.seconds for event in ran.of(Statement) if event.first == line + 2 and event.seconds is not None
    }
    assert len(took) == 1, "run once, for both"


async def test_the_first_two_variants_run_first(pool: Pool) -> None:
    """Of four on two lanes, those that the question asks about are done before the others begin."""
    race = Race(planned(VARIANTS, num_training_steps=12), pool)
    first_step: dict[str, int] = {}
    last_step: dict[str, int] = {}
    number = 0
    async for event in race.events():
        number += 1
        if isinstance(event, Step):
            first_step.setdefault(event.variant, number)
            last_step[event.variant] = number
    assert min(last_step["as it is"], last_step["uncleared"]) < first_step["low, uncleared"]


async def test_nothing_of_a_run_stays_in_the_workers_folder(pool: Pool) -> None:
    worker = await pool.take(offline=True)
    folder = Path(worker._scratch.name)
    await pool.give_back(worker, offline=True)
    await raced(pool, {"a": [WRITES], "b": [WRITES, LOW]}, num_training_steps=1)
    assert not list(folder.rglob("note"))  # noqa: ASYNC240
