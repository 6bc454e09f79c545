"""Sorted by length, every epoch repeats the same batches, and padding moves no logit."""

import pytest

from experiments.engine import Edit
from experiments.padding import decide

pytestmark = pytest.mark.run


def test_sorted_rows_make_the_same_batches_again(prove):
    outcome, runs = prove("padding")
    assert outcome.name == "the same batches"
    assert runs["sorted by length"].padding < runs["shuffled"].padding / 4
    assert decide(runs | {"sorted by length": runs["shuffled"]}).name == "new batches"


def test_padding_that_is_read_moves_logits(prove):
    read = Edit(
        "completed_steps = 0\n",
        "completed_steps = 0\nbert = model.forward\n"
        "model.forward = lambda attention_mask, **batch: bert(**batch)\n",
    )
    outcome, _ = prove("padding", {"shuffled": [read]}, num_training_steps=4, num_eval_examples=32)
    assert outcome.name == "moves logits"
