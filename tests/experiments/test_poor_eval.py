"""The experiment `poor_eval`, as taught and with variants exchanged."""

import pytest

from experiments.engine import Edit
from experiments.poor_eval import DROPOUT, decide

pytestmark = pytest.mark.run


def test_few_pairs_are_memorised(prove):
    outcome, runs = prove("poor_eval")
    assert outcome.name == "memorised"
    assert runs["without eval()"].observed["spread with dropout on"] > 0
    assert decide(runs | {"sixteen pairs": runs["all pairs"]}).name == "generalises"


def test_dropout_that_leaves_nothing_to_read_decides(prove):
    drowned = (
        "for each in model.modules():\n    if isinstance(each, torch.nn.Dropout):\n        each.p = 0.95\n"
    )
    outcome, _ = prove("poor_eval", {"without eval()": [DROPOUT, Edit("model.eval()\n", drowned)]})
    assert outcome.name == "eval() decides"
