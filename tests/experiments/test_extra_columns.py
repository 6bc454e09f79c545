"""Sentences that are left in stop the run; idx does not."""

import pytest

pytestmark = pytest.mark.run


def test_only_text_breaks(prove):
    outcome, runs = prove("extra_columns")
    assert outcome.name == "only text breaks"
    assert "sentence1" in runs["sentences left in"].raised.message


@pytest.mark.parametrize(
    ("variant", "expected"), [("sentences left in", "neither breaks"), ("idx left in", "no idx")]
)
def test_a_column_that_is_removed_after_all_breaks_nothing(prove, variant, expected):
    outcome, _ = prove("extra_columns", {variant: []})
    assert outcome.name == expected
