"""The experiment `device`, as taught and broken on purpose."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_weights_and_batches_are_together(prove):
    outcome, runs = prove("device")
    assert outcome.name == "together"
    assert runs["head elsewhere"].raised.type == "RuntimeError"


def test_weights_moved_away_are_apart(prove):
    end = "accelerator.print(eval_metric)\n"
    outcome, _ = prove("device", {"accelerate": [Edit(end, end + 'model.to("meta")\n')]})
    assert outcome.name == "apart"
