"""The experiments of `distributed.yaml`, on two processes, as taught and broken on purpose."""

import pytest

from experiments import effective_batch, gathered, prepared_scheduler
from experiments.engine import Edit

pytestmark = pytest.mark.run

STEP = "        optimizer.step()\n"
SUM = "        torch._foreach_mul_([p.grad for p in model.parameters()], accelerator.num_processes)\n"

SPLIT = Edit(
    "accelerator = Accelerator()",
    "from accelerate.utils import DataLoaderConfiguration\n\n"
    "accelerator = Accelerator(dataloader_config=DataLoaderConfiguration(split_batches=True))",
)


def test_a_prepared_scheduler_steps_once_a_process(prove):
    outcome, _ = prove("prepared_scheduler")
    assert outcome.name == "once a process"
    assert outcome.evidence["updates on one"] == {"counted before prepare": 16, "counted after prepare": 16}
    assert outcome.evidence["updates on two"] == {"counted before prepare": 8, "counted after prepare": 8}
    assert outcome.evidence["rate of 0 on two"] == {"counted before prepare": 0, "counted after prepare": 4}


def test_with_split_batches_it_steps_once_an_update(prove):
    after = prepared_scheduler.experiment.variants["counted after prepare"]
    outcome, _ = prove("prepared_scheduler", {"counted after prepare": [*after, SPLIT]})
    assert outcome.name == "once an update"
    assert outcome.evidence["rate of 0 on two"]["counted after prepare"] == 0


def test_split_batches_given_to_the_accelerator_is_ignored(prove):
    ignored = Edit(SPLIT.old, "accelerator = Accelerator(split_batches=True)")
    after = prepared_scheduler.experiment.variants["counted after prepare"]
    assert (
        prove("prepared_scheduler", {"counted after prepare": [*after, ignored]})[0].name == "once a process"
    )


def test_gather_counts_duplicates(prove):
    outcome, _ = prove("gathered")
    assert outcome.name == "duplicates counted"
    assert outcome.evidence["scored on two"] == {"gather_for_metrics": 40, "gather": 64}
    assert outcome.evidence["scored on one"] == {"gather_for_metrics": 40, "gather": 40}


def test_gather_for_metrics_counts_each_row_once(prove):
    clean = gathered.experiment.variants["gather_for_metrics"]
    assert prove("gathered", {"gather": clean})[0].name == "each once"


def test_two_processes_step_on_the_mean(prove):
    outcome, runs = prove("effective_batch")
    assert outcome.name == "mean over both"
    whole = runs["16 a process"].observed
    assert (whole["updates on one"], whole["updates on two"]) == (8, 4)
    assert whole["peak rate on one"] == whole["peak rate on two"]


def test_with_the_schedule_as_it_was_the_run_is_another(prove):
    half = [
        edit for edit in effective_batch.experiment.variants["8 a process"] if edit != effective_batch.LONGER
    ]
    assert prove("effective_batch", {"8 a process": half})[0].name == "each its own"


def test_a_sum_would_be_seen(prove):
    summed = {
        variant: [*edits, Edit(STEP, SUM + STEP)]
        for variant, edits in effective_batch.experiment.variants.items()
    }
    assert prove("effective_batch", summed)[0].name == "sum over both"
