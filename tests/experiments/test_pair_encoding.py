"""A pair is one sequence with its sentences marked, and truncation has nothing to do."""

import pytest

from experiments.engine import Edit
from experiments.pair_encoding import decide

pytestmark = pytest.mark.run


def test_a_pair_is_marked_and_not_cut(prove):
    outcome, runs = prove("pair_encoding")
    assert outcome.name == "marked, not cut"
    assert runs["a pair"].observed["not truncated"] != "nothing"
    assert decide(runs | {"joined": runs["a pair"]}).name == "unmarked"


def test_a_tokenizer_with_a_low_limit_cuts(prove):
    load = "tokenizer = AutoTokenizer.from_pretrained(checkpoint"
    low, few = Edit(load, f"{load}, model_max_length=32"), {"num_training_steps": 2, "num_eval_examples": 16}
    outcome, _ = prove("pair_encoding", {"a pair": [low]}, **few)
    assert outcome.name == "cut"
