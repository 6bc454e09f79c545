"""The experiment `metric_batches`, as taught and broken on purpose."""

import pytest

from experiments import metric_batches
from experiments.engine import Edit
from experiments.metric_batches import decide

pytestmark = pytest.mark.run


def test_the_mean_over_batches_is_another_number(prove):
    outcome, runs = prove("metric_batches")
    assert outcome.name == "averaging is off"
    again = [runs[name].raised.type for name in ("compute again", "compute again, on disk")]
    assert again == ["AttributeError", "ValueError"]
    whole, raised = runs["one compute"], runs["compute again"]
    assert decide(runs | {"mean of batches of 4": whole}).name == "averaging agrees"
    assert decide(runs | {"probabilities": raised}).name == "probabilities raise"
    assert decide(runs | {"compute again, on disk": whole}).name == "compute keeps"


def test_a_batch_left_out_is_told(prove):
    first_only = Edit(metric_batches.ADD, metric_batches.ADD + "    break\n")
    few = {"num_training_steps": 4, "num_eval_examples": 40}
    outcome, _ = prove("metric_batches", {"add_batch": [first_only]}, **few)
    assert outcome.name == "add_batch is off"
