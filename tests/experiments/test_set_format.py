"""Only the default collate needs the format."""

import pytest

from experiments.set_format import DEFAULT_COLLATE, NO_FORMAT, PADDED

pytestmark = pytest.mark.run


def test_only_the_default_collate_breaks_without_the_format(prove):
    outcome, runs = prove("set_format")
    assert outcome.name == "only the default collate breaks"
    assert runs["default collate, no format"].raised.type == "AttributeError"
    assert runs["no format"].observed["loading"] < 1


def test_nothing_breaks_where_the_format_is_kept(prove):
    outcome, _ = prove("set_format", {"default collate, no format": [PADDED, DEFAULT_COLLATE]})
    assert outcome.name == "nothing breaks"


def test_the_walkthrough_breaks_with_another_collator(prove):
    outcome, _ = prove("set_format", {"no format": [NO_FORMAT, PADDED, DEFAULT_COLLATE]})
    assert outcome.name == "the walkthrough breaks"
