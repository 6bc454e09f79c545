"""It is the size of map's batches that pays."""

import pytest

from experiments.batched_map import decide
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_the_size_pays(prove):
    outcome, runs = prove("batched_map")
    assert outcome.name == "the size pays"
    assert runs["batches of 1"].observed["calls"] == runs["one by one"].observed["calls"]
    large = runs["batches of 1000"]
    assert decide(runs | {"batches of 1": large}).name == "no difference"
    large.observed["speed"] *= 10
    assert decide(runs).name == "many times faster"


def test_another_output_is_found_out(prove):
    cut = Edit("truncation=True)", "truncation=True, max_length=16)")
    outcome, _ = prove("batched_map", {"batches of 64": [cut]})
    assert outcome.name == "other output"
