"""The same page gives the same numbers, to the last bit."""

import pytest

from experiments.engine import Edit
from tests.lab.racing import LOSS, STEP, raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

DRAWS = Edit(STEP, f"        torch.rand(3), torch.randperm(5)\n{STEP}")
ORDER = Edit(
    LOSS, f"{LOSS}        seen.append(batch['labels'].tolist() + batch['input_ids'].sum(1).tolist())\n"
)
KEPT = Edit("completed_steps = 0\n", "completed_steps = 0\nseen = []\n")
TELL = Edit("accelerator.print(eval_metric)", 'raise ValueError(f"{seen}")')


async def test_a_variant_without_edits_gives_the_baselines_losses_to_the_last_bit(pool) -> None:
    ran = await raced(pool, {"baseline": [], "a word more": [Edit(STEP, f"{STEP}        # step\n")]})
    assert len(ran.losses["baseline"]) == 5
    assert ran.losses["baseline"] == ran.losses["a word more"]
    assert ran.runs["baseline"].metrics == ran.runs["a word more"].metrics
    assert ran.runs["baseline"].grad_norm == ran.runs["a word more"].grad_norm


async def test_the_seed_decides_the_losses(pool) -> None:
    first = await raced(pool, {"a": [], "b": []}, seed=1)
    again = await raced(pool, {"a": []}, seed=1)
    other = await raced(pool, {"a": []}, seed=2)
    assert first.losses["a"] == first.losses["b"] == again.losses["a"]
    assert not set(first.losses["a"]) & set(other.losses["a"])


async def test_a_variant_that_draws_random_numbers_keeps_the_batch_order(pool) -> None:
    watch = [ORDER, KEPT, TELL]
    ran = await raced(pool, {"still": watch, "draws": [DRAWS, *watch]})
    still, draws = (run.raised for run in ran.runs.values())
    assert still and draws and still.type == "ValueError"
    assert still.message == draws.message
    assert ran.losses["still"] != ran.losses["draws"], "dropout drew other numbers"
