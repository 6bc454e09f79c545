"""The experiment `accelerate_or_not`, as taught and broken on purpose."""

import pytest

from experiments import accelerate_or_not
from experiments.engine import Edit

pytestmark = pytest.mark.run

SPLIT = Edit(
    "accelerator = Accelerator()",
    "from accelerate.utils import DataLoaderConfiguration\n\n"
    "accelerator = Accelerator(dataloader_config=DataLoaderConfiguration(split_batches=True))",
)


def test_the_plain_loop_computes_the_same(prove):
    outcome, runs = prove("accelerate_or_not")
    assert outcome.name == "identical on one"
    _, one, two = runs["accelerate"].observed["an epoch"]
    assert one == [1, 16, 16, 16]
    assert two == [2, 8, 32, 16]


def test_another_rate_differs(prove):
    plain = accelerate_or_not.experiment.variants["plain PyTorch"]
    faster = Edit("lr=learning_rate", "lr=learning_rate * 1.001")
    outcome, _ = prove("accelerate_or_not", {"plain PyTorch": [*plain, faster]}, num_train_examples=64)
    assert outcome.name == "differs on one"


def test_a_batch_split_between_two_takes_as_many_updates(prove):
    whole = accelerate_or_not.experiment.variants["accelerate"]
    outcome, _ = prove("accelerate_or_not", {"accelerate": [*whole, SPLIT]}, num_train_examples=64)
    assert outcome.name == "as many updates on two"
