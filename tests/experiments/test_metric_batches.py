"""The experiment `metric_batches`, as taught and broken on purpose."""

import pytest

from experiments import metric_batches
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_the_mean_over_batches_is_another_number(prove):
    outcome, runs = prove("metric_batches")
    assert outcome.name == "averaging is off"
    assert runs["compute again"].raised.type == "AttributeError"
    assert runs["probabilities"].raised is None


def test_one_batch_alone_is_its_own_mean(prove):
    outcome, _ = prove("metric_batches", batch_size=128)
    assert outcome.name == "averaging agrees"


def test_a_batch_left_out_is_told(prove):
    first_only = Edit(metric_batches.ADD, metric_batches.ADD + "    break\n")
    outcome, _ = prove("metric_batches", {"add_batch": [first_only]})
    assert outcome.name == "add_batch is off"
