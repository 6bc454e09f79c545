"""The experiments of `more-evaluation.yaml`, as taught and broken on purpose."""

import pytest

from experiments.engine import Edit
from tests.experiments.asked import ask

pytestmark = pytest.mark.run

PREDICT = "outputs.logits.argmax(dim=-1)"


def test_f1_depends_on_which_class_is_positive(prove, monkeypatch):
    assert ask(prove, monkeypatch, "positive-class").name == "depends on the name"


def test_a_rule_that_says_the_other_answer_is_another_rule(prove, monkeypatch):
    never = [Edit(PREDICT, 'torch.zeros_like(batch["labels"])')]
    assert ask(prove, monkeypatch, "positive-class", {"paraphrase is 0": never}).name == "other predictions"


def test_perfect_answers_have_the_same_f1_either_way(prove, monkeypatch):
    perfect = Edit(PREDICT, 'batch["labels"]')
    flipped = [
        Edit(PREDICT, '1 - batch["labels"]'),
        Edit('tions, batch["labels"])', 'tions, 1 - batch["labels"])'),
    ]
    broken = {"paraphrase is 1": [perfect], "paraphrase is 0": flipped}
    assert ask(prove, monkeypatch, "positive-class", broken).name == "symmetric"


def test_weights_repair_accuracy_and_not_f1(prove, monkeypatch):
    assert ask(prove, monkeypatch, "weighted-f1").name == "accuracy only"


def test_what_is_computed_at_once_is_right_in_both(prove, monkeypatch):
    whole = [Edit(PREDICT, 'batch["attention_mask"].sum(dim=-1) % 2')]
    assert ask(prove, monkeypatch, "weighted-f1", {"weighted by size": whole}).name == "both"


def test_drop_last_leaves_rows_out(prove):
    outcome, runs = prove("drop_last")
    assert outcome.name == "rows go missing"
    assert runs["drop_last"].observed == {"rows": 63, "scored": 48}
    assert runs["one batch too large"].raised.type == "AttributeError"


def test_batches_that_fill_leave_none_out(prove):
    assert prove("drop_last", num_eval_examples=64)[0].name == "every row is scored"
