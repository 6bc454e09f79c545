"""Ragged rows need the collator, and the mask keeps padding out."""

import pytest

from experiments.collator import decide

pytestmark = pytest.mark.run


def test_the_mask_matters(prove):
    outcome, runs = prove("collator")
    assert outcome.name == "the mask matters"
    assert runs["padding collator"].observed["logits moved"] < 1e-5
    masked = runs["padding collator"]
    assert decide(runs | {"mask of ones": masked}).name == "padding is harmless"
    assert decide(runs | {"default collate": masked}).name == "no need"
