"""The experiment `poor_eval`, as taught and broken on purpose."""

import pytest

pytestmark = pytest.mark.run


def test_few_pairs_are_memorised(prove):
    outcome, runs = prove("poor_eval")
    assert outcome.name == "memorised"
    assert runs["without eval()"].observed["logits moved"] > 0 == runs["all pairs"].observed["logits moved"]


def test_all_pairs_are_not(prove):
    outcome, _ = prove("poor_eval", {"sixteen pairs": []})
    assert outcome.name == "generalises"
