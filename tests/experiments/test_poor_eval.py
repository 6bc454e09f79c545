"""The experiment `poor_eval`, as taught and with variants exchanged."""

import pytest

from experiments.engine import Edit
from experiments.poor_eval import decide

pytestmark = pytest.mark.run

# In every layer; the bundled model was trained with it before the classifier only.
NEW_DROPOUT = """for module in model.modules():
    if isinstance(module, torch.nn.Dropout):
        module.p = 0.1
"""


def test_few_pairs_are_memorised(prove):
    outcome, runs = prove("poor_eval")
    assert outcome.name == "memorised"
    assert runs["without eval()"].observed["spread with dropout on"] > 0
    assert decide(runs | {"eight pairs": runs["all pairs"]}).name == "generalises"


def test_dropout_that_training_never_saw_decides(prove):
    outcome, _ = prove("poor_eval", {"without eval()": [Edit("model.eval()\n", NEW_DROPOUT)]})
    assert outcome.name == "eval() decides"
