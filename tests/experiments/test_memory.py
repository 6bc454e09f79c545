"""The experiment `memory`, as taught and broken on purpose."""

import pytest

from experiments import memory

pytestmark = pytest.mark.run


def test_checkpointing_cuts_what_is_kept(prove):
    outcome, runs = prove("memory")
    assert outcome.name == "checkpointing cuts it"
    assert runs["checkpointing"].loss == runs["plain"].loss


def test_without_checkpointing_little_is_saved(prove):
    plain = memory.experiment.variants["plain"]
    outcome, _ = prove("memory", {"checkpointing": plain})
    assert outcome.name == "checkpointing saves little"
