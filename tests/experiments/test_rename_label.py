"""The padding collator renames label by itself; the default collate does not."""

import pytest

from experiments.rename_label import DEFAULT_COLLATE, NOT_RENAMED, PADDED

pytestmark = pytest.mark.run


def test_the_collator_renames(prove):
    outcome, runs = prove("rename_label")
    assert outcome.name == "the collator renames"
    assert runs["default collate, not renamed"].observed["loss is"] == "NoneType"


def test_renamed_after_all_it_was_never_needed(prove):
    outcome, _ = prove("rename_label", {"default collate, not renamed": [PADDED, DEFAULT_COLLATE]})
    assert outcome.name == "never needed"


def test_it_breaks_where_nobody_renames(prove):
    outcome, _ = prove("rename_label", {"not renamed": [PADDED, DEFAULT_COLLATE, NOT_RENAMED]})
    assert outcome.name == "it breaks"
