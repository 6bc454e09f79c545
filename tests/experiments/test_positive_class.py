"""F1 depends on which class is called 1; what treats the classes alike does not."""

import pytest

from experiments.engine import Edit
from experiments.positive_class import COUNTED, FLIPPED, PREDICT, decide

pytestmark = pytest.mark.run


def test_f1_depends_on_which_class_is_positive(prove):
    outcome, runs = prove("positive_class")
    assert outcome.name == "depends on the name"
    assert runs["always yes, yes is 0"].f1 == runs["always yes, yes is 0"].value("matthews") == 0
    assert decide(runs | {"paraphrase is 0": runs["always yes, yes is 1"]}).name == "other predictions"


def test_perfect_answers_have_the_same_f1_either_way(prove):
    broken = {
        "paraphrase is 1": [*COUNTED, Edit(PREDICT, 'batch["labels"]')],
        "paraphrase is 0": [*COUNTED, Edit(PREDICT, '1 - batch["labels"]'), FLIPPED],
    }
    assert prove("positive_class", broken, num_training_steps=2, num_eval_examples=40)[0].name == "symmetric"
