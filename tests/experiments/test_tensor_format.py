"""A format changes what reading gives, and nothing that is stored."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_it_is_a_lens(prove):
    outcome, runs = prove("tensor_format")
    assert outcome.name == "a lens"
    assert runs["torch"].observed["two ragged rows"] == "list of Tensor"


def test_the_same_format_twice_reads_the_same(prove):
    outcome, _ = prove("tensor_format", {"no format": []})
    assert outcome.name == "nothing"


def test_other_data_is_a_conversion(prove):
    shorter = Edit("truncation=True)", "truncation=True, max_length=16)")
    outcome, _ = prove("tensor_format", {"numpy": [shorter]})
    assert outcome.name == "a conversion"
