"""The head is random, the body is the checkpoint's."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_a_new_head_on_the_old_body(prove):
    outcome, runs = prove("new_head")
    assert outcome.name == "new head on the old body"
    assert runs["three labels"].loss[0] > runs["a seed"].loss[0] + 0.2


def test_with_the_same_seed_nothing_is_random(prove):
    outcome, _ = prove("new_head", {"another seed": []})
    assert outcome.name == "the head was saved"


def test_a_body_that_is_not_the_checkpoints_is_found_out(prove):
    made = "AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)"
    anew = f"type({made})({made}.config)"
    outcome, _ = prove("new_head", {"another seed": [Edit(made, anew)]})
    assert outcome.name == "the body is new too"
