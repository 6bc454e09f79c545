"""The experiment `no_grad`, as taught and broken on purpose."""

import pytest

from experiments import no_grad
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_no_grad_keeps_the_logits_and_no_graph(prove):
    outcome, runs = prove("no_grad")
    assert outcome.name == "same logits, no graph"
    held = {variant: run.observed["held for backward (KB)"] for variant, run in runs.items()}
    assert held["no_grad"] == held["inference_mode"] == 0
    assert held["losses kept"] > 2 * held["with a graph"] > 0
    assert no_grad.decide(runs | {"no_grad": runs["with a graph"]}).name == "no saving"


def test_dropout_changes_the_logits(prove):
    outcome, _ = prove("no_grad", {"inference_mode": [Edit("model.eval()\n", "")]})
    assert outcome.name == "different logits"
