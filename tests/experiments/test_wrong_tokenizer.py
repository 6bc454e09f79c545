"""Another vocabulary's ids are taken without a word."""

import pytest

pytestmark = pytest.mark.run


def test_it_is_silent(prove):
    outcome, runs = prove("wrong_tokenizer")
    assert outcome.name == "silent"
    assert runs["ids too large"].raised.type == "IndexError"


def test_the_right_tokenizer_keeps_the_words(prove):
    outcome, _ = prove("wrong_tokenizer", {"ids mixed up": []})
    assert outcome.name == "same words"


def test_ids_out_of_range_raise(prove):
    from experiments.wrong_tokenizer import experiment

    outcome, _ = prove("wrong_tokenizer", {"ids mixed up": experiment.variants["ids too large"]})
    assert outcome.name == "raises"
