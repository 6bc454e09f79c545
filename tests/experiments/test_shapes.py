"""A row of logits for each pair, and one loss for the batch."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run

FORWARD = "    with torch.no_grad():\n        outputs = model(**batch)\n"
PER_PAIR = 'torch.nn.functional.cross_entropy(outputs.logits, batch["labels"], reduction="none")'


def test_a_row_a_pair_and_one_loss(prove):
    outcome, runs = prove("shapes")
    assert outcome.name == "a row a pair, one loss"
    assert runs["labels"].observed["logits"] == "(4, 2)"
    assert runs["no labels"].observed["loss shape"] == "None"


@pytest.mark.parametrize(
    ("loss", "expected"), [("2 * outputs.loss", "another loss"), (PER_PAIR, "a loss a pair")]
)
def test_a_loss_made_otherwise_is_found_out(prove, loss, expected):
    changed = Edit(FORWARD, f"{FORWARD}    outputs.loss = {loss}\n")
    outcome, _ = prove("shapes", {"labels": [changed]})
    assert outcome.name == expected
