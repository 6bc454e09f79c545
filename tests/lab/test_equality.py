"""A sample of `make equality`: real experiments, forked and alone, held side by side to the last bit."""

from dataclasses import replace

import pytest

from app.lab.plan import plan
from app.lab.pool import Pool
from bench import equality
from experiments.engine import Edit, Run, catalog
from experiments.engine.events import Step
from tests.lab.racing import planned

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("name", ["grad_accumulation", "save_and_load", "train_mode"])
async def test_forked_and_lone_runs_of_an_experiment_are_equal(pool: Pool, name: str) -> None:
    planned = plan(catalog.find(name), {"num_training_steps": 6})
    compared = await equality.compare(planned, pool)
    assert not compared.different
    assert compared.variants == len(planned.pages)
    assert compared.figures >= 6 * len(equality.SERIES)


async def test_what_the_page_does_not_determine_is_named_and_what_it_does_is_not(pool: Pool) -> None:
    timed = Edit(
        "accelerator.print(eval_metric)",
        "from time import time_ns\neval_metric = {**eval_metric, 'now': time_ns()}",
    )
    compared = await equality.compare(planned({"a": [], "b": [timed]}), pool)
    assert compared.not_determined == [("b", "metrics")]
    assert not compared.different


async def test_one_bit_is_a_difference(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the forked race tells is changed in its last bit."""
    runs = equality._runs

    async def changed(planned, pool):
        told = await runs(planned, pool)
        return {variant: off(run) for variant, run in told.items()} if len(planned.pages) > 1 else told

    def off(run: Run) -> Run:
        first: Step = run.steps[0]
        return replace(run, steps=[Step(**{**vars_of(first), "loss": first.loss + 2**-24}), *run.steps[1:]])

    def vars_of(step: Step) -> dict:
        return {name: getattr(step, name) for name in step.__struct_fields__}

    monkeypatch.setattr(equality, "_runs", changed)
    compared = await equality.compare(planned({"a": [], "b": []}, num_training_steps=2), pool)
    assert compared.different == [("a", "loss"), ("b", "loss")]
