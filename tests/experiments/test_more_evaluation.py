"""The experiments of `more-evaluation.yaml`, as taught and broken on purpose."""

import pytest

from experiments.engine import Edit
from tests.experiments.asked import ask

pytestmark = pytest.mark.run

PREDICT = "outputs.logits.argmax(dim=-1)"


def test_weights_repair_accuracy_and_not_f1(prove, monkeypatch):
    assert ask(prove, monkeypatch, "weighted-f1").name == "accuracy only"


def test_what_is_computed_at_once_is_right_in_both(prove, monkeypatch):
    whole = [Edit(PREDICT, 'batch["attention_mask"].sum(dim=-1) % 2')]
    assert ask(prove, monkeypatch, "weighted-f1", {"weighted by size": whole}).name == "both"


def test_drop_last_leaves_rows_out(prove):
    outcome, runs = prove("drop_last")
    assert outcome.name == "rows go missing"
    assert runs["drop_last"].observed == {"rows": 63, "scored": 48}
    raised = [runs[name].raised.type for name in ("one batch too large", "too large, on disk")]
    assert raised == ["AttributeError", "ValueError"]


def test_batches_that_fill_leave_none_out(prove):
    assert prove("drop_last", num_eval_examples=64)[0].name == "every row is scored"
