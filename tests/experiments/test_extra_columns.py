"""Sentences that are left in stop the run; idx does not."""

import pytest

from experiments.extra_columns import decide

pytestmark = pytest.mark.run


def test_only_text_breaks(prove):
    outcome, runs = prove("extra_columns")
    assert outcome.name == "only text breaks"
    assert "sentence1" in runs["sentences left in"].raised.message
    removed = runs["removed"]
    assert decide(runs | {"sentences left in": removed}).name == "neither breaks"
    assert decide(runs | {"idx left in": removed}).name == "no idx"
