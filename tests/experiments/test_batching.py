"""Grouping rows by length wastes less than dynamic padding, which wastes less than a fixed length."""

import pytest

from experiments.batching import decide

pytestmark = pytest.mark.run


def test_grouping_wastes_least(prove):
    outcome, runs = prove("batching")
    assert outcome.name == "grouping wastes least"
    dynamic = runs["dynamic"]
    assert decide(runs | {"grouped by length": dynamic}).name == "dynamic is enough"
    assert decide(runs | {"fixed 128": dynamic}).name == "shape does not matter"
