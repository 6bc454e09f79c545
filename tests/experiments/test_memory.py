"""The experiment `memory`, as taught and broken on purpose."""

import pytest

from experiments import memory
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_checkpointing_cuts_what_is_kept(prove):
    outcome, runs = prove("memory")
    assert outcome.name == "checkpointing cuts it"
    assert runs["checkpointing"].loss == runs["plain"].loss


def test_without_checkpointing_little_is_saved(prove):
    plain = memory.experiment.variants["plain"]
    outcome, _ = prove("memory", {"checkpointing": plain}, num_training_steps=2)
    assert outcome.name == "checkpointing saves little"


def test_dropout_drawn_anew_in_backward_changes_losses(prove):
    drawn_anew = (
        "model.gradient_checkpointing_enable("
        'gradient_checkpointing_kwargs={"use_reentrant": False, "preserve_rng_state": False})\n'
    )
    outcome, _ = prove("memory", {"checkpointing": [Edit(memory.LOAD, memory.DROPOUT + drawn_anew)]})
    assert outcome.name == "checkpointing changes losses"
