"""The commonest answer alone has a high F1."""

import pytest

from experiments.engine import Edit
from experiments.majority import NO_TRAINING, PREDICT

pytestmark = pytest.mark.run


def test_f1_flatters_the_commonest_answer(prove):
    outcome, runs = prove("majority")
    assert outcome.name == "F1 flatters"
    share = runs["always the same"].accuracy
    assert runs["always the same"].f1 == pytest.approx(2 * share / (1 + share))


def test_the_rarer_answer_gets_no_free_score(prove):
    never = Edit(PREDICT, '    predictions = torch.zeros_like(batch["labels"])\n')
    few = {"num_training_steps": 2, "num_eval_examples": 64}
    outcome, _ = prove("majority", {"always the same": [NO_TRAINING, never]}, **few)
    assert outcome.name == "no free score"
