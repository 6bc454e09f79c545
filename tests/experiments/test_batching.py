"""Grouping rows by length wastes less than dynamic padding, which wastes less than a fixed length."""

import pytest

pytestmark = pytest.mark.run


def test_grouping_wastes_least(prove):
    outcome, _ = prove("batching")
    assert outcome.name == "grouping wastes least"


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("grouped by length", "dynamic is enough"), ("fixed 128", "shape does not matter")],
)
def test_batches_that_are_padded_dynamically_after_all_save_nothing(prove, variant, expected):
    outcome, _ = prove("batching", {variant: []})
    assert outcome.name == expected
