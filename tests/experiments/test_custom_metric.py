"""The experiment `custom_metric`, as taught and broken on purpose."""

import pytest

from experiments import custom_metric
from experiments.engine import Edit

pytestmark = pytest.mark.run

LABELS = "outputs.logits.argmax(dim=-1)"


def test_three_ways_agree_and_accuracy_hides_a_constant_model(prove):
    outcome, runs = prove("custom_metric")
    assert outcome.name == "same numbers"
    assert runs["always yes"].value("balanced_accuracy") == 0.5


def test_other_predictions_differ(prove):
    never = Edit(LABELS, 'torch.zeros_like(batch["labels"])')
    outcome, _ = prove("custom_metric", {"combine": [*custom_metric.COMBINED, never]})
    assert outcome.name == "ways differ"


def test_a_perfect_model_hides_nothing(prove):
    perfect = [*custom_metric.COMBINED, Edit(LABELS, 'batch["labels"]')]
    outcome, _ = prove("custom_metric", {"always yes": perfect})
    assert outcome.name == "nothing hidden"
