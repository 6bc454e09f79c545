"""The experiment `poor_eval`, as taught and with variants exchanged."""

import pytest

from experiments.engine import Edit
from experiments.poor_eval import DROPOUT_ON, decide

pytestmark = pytest.mark.run


def test_few_pairs_are_memorised(prove):
    outcome, runs = prove("poor_eval")
    assert outcome.name == "memorised"
    assert runs["without eval()"].observed["spread with dropout on"] > 0
    assert decide(runs | {"sixteen pairs": runs["all pairs"]}).name == "generalises"


def test_dropout_that_leaves_nothing_to_read_decides(prove):
    drowned = Edit("model.eval()\n", DROPOUT_ON.replace("0.1", "0.95"))
    outcome, _ = prove("poor_eval", {"without eval()": [drowned]})
    assert outcome.name == "eval() decides"
