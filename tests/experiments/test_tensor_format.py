"""A format changes what reading gives, and nothing that is stored."""

import pytest

from experiments.engine import Edit
from experiments.tensor_format import decide

pytestmark = pytest.mark.run


def test_it_is_a_lens(prove):
    outcome, runs = prove("tensor_format")
    assert outcome.name == "a lens"
    assert runs["torch"].observed["two ragged rows"] == "list of Tensor"
    assert decide(runs | {"no format": runs["torch"]}).name == "nothing"


def test_other_data_is_a_conversion(prove):
    shorter = Edit("truncation=True)", "truncation=True, max_length=16)")
    outcome, _ = prove("tensor_format", {"numpy": [shorter]})
    assert outcome.name == "a conversion"
