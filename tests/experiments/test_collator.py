"""Ragged rows need the collator, and the mask keeps padding out."""

import pytest

pytestmark = pytest.mark.run


def test_the_mask_matters(prove):
    outcome, runs = prove("collator")
    assert outcome.name == "the mask matters"
    assert runs["padding collator"].observed["logits moved"] < 1e-5


@pytest.mark.parametrize(
    ("variant", "expected"), [("mask of ones", "padding is harmless"), ("default collate", "no need")]
)
def test_the_page_unchanged_shows_no_effect(prove, variant, expected):
    outcome, _ = prove("collator", {variant: []})
    assert outcome.name == expected
