"""The padding collator renames label by itself; the default collate does not."""

import pytest

from experiments.rename_label import decide

pytestmark = pytest.mark.run


def test_the_collator_renames(prove):
    outcome, runs = prove("rename_label")
    assert outcome.name == "the collator renames"
    assert runs["default collate, not renamed"].observed["loss is"] == "NoneType"
    default, broken = runs["default collate"], runs["default collate, not renamed"]
    assert decide(runs | {"default collate, not renamed": default}).name == "never needed"
    assert decide(runs | {"not renamed": broken}).name == "it breaks"
