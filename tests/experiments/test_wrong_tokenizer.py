"""Another vocabulary's ids are taken without a word."""

import pytest

from experiments.wrong_tokenizer import decide

pytestmark = pytest.mark.run


def test_it_is_silent(prove):
    outcome, runs = prove("wrong_tokenizer")
    assert outcome.name == "silent"
    assert runs["ids too large"].raised.type == "IndexError"
    assert decide(runs | {"ids mixed up": runs["its own"]}).name == "same words"
    assert decide(runs | {"ids mixed up": runs["ids too large"]}).name == "raises"
