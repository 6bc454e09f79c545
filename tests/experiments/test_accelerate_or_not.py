"""The experiment `accelerate_or_not`, as taught and broken on purpose."""

import pytest

from experiments import accelerate_or_not
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_the_plain_loop_computes_the_same(prove):
    outcome, runs = prove("accelerate_or_not")
    assert outcome.name == "identical"
    _, one, two = runs["accelerate"].observed["an epoch"]
    assert one == [1, 16, 16, 250]
    assert two == [2, 8, 32, 256]


def test_another_rate_differs(prove):
    plain = accelerate_or_not.experiment.variants["plain PyTorch"]
    faster = Edit("lr=learning_rate", "lr=learning_rate * 1.001")
    outcome, _ = prove("accelerate_or_not", {"plain PyTorch": [*plain, faster]})
    assert outcome.name == "differs"
