"""Padding costs tokens and time, and moves no logit."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_padding_is_only_cost(prove):
    outcome, runs = prove("padding")
    assert outcome.name == "only cost"
    different = {name: run.observed["batches in two epochs"] for name, run in runs.items()}
    assert different["dynamic"] == 2 * different["sorted by length"]


def test_without_the_longer_padding_there_is_no_cost(prove):
    outcome, _ = prove("padding", {"maximum length": []})
    assert outcome.name == "free"


def test_padding_that_is_read_moves_logits(prove):
    read = Edit(
        "completed_steps = 0\n",
        "completed_steps = 0\nbert = model.forward\n"
        "model.forward = lambda attention_mask, **batch: bert(**batch)\n",
    )
    outcome, _ = prove("padding", {"maximum length": [read]})
    assert outcome.name == "moves logits"
