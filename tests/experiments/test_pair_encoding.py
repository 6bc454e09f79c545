"""A pair is one sequence with its sentences marked, and truncation has nothing to do."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_a_pair_is_marked_and_not_cut(prove):
    outcome, runs = prove("pair_encoding")
    assert outcome.name == "marked, not cut"
    assert runs["a pair"].observed["not truncated"] != "nothing"


def test_the_same_encoding_is_unmarked(prove):
    outcome, _ = prove("pair_encoding", {"joined": []})
    assert outcome.name == "unmarked"


def test_a_tokenizer_with_a_low_limit_cuts(prove):
    load = "tokenizer = AutoTokenizer.from_pretrained(checkpoint"
    outcome, _ = prove("pair_encoding", {"a pair": [Edit(load, f"{load}, model_max_length=32")]})
    assert outcome.name == "cut"
