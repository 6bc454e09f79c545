"""The experiments of `more-model.yaml`, as taught and broken on purpose."""

import pytest

from experiments import gradient_checkpointing, half_weights, one_label, save_and_load
from experiments.engine import Edit

pytestmark = pytest.mark.run


def test_one_label_is_regression_read_wrongly(prove):
    outcome, runs = prove("one_label")
    assert outcome.name == "read wrongly"
    assert runs["one label"].observed["problem_type"] == "regression"
    assert runs["one label"].f1 == 0
    assert runs["one label, cut at a half"].loss == runs["one label"].loss


def test_two_labels_are_read_rightly(prove):
    assert (
        prove("one_label", {"one label": []}, num_training_steps=4, num_eval_examples=40)[0].name == "works"
    )


def test_an_output_that_learned_nothing_is_found_out(prove):
    untrained = [*one_label.experiment.variants["one label"], Edit("lr=learning_rate", "lr=0.0")]
    assert prove("one_label", {"one label": untrained}, num_training_steps=16)[0].name == "learns nothing"


def test_a_model_comes_back_and_its_words_do_not(prove):
    outcome, runs = prove("save_and_load")
    assert outcome.name == "model yes, words no"
    assert runs["only the body"].observed["logits moved"] > 0
    assert runs["the whole model"].metrics == runs["never saved"].metrics
    whole = runs["the whole model"]
    assert whole.observed["without its tokenizer"] < whole.accuracy


def test_the_body_alone_loses_the_head(prove):
    body = save_and_load.experiment.variants["only the body"]
    assert prove("save_and_load", {"the whole model": body}, num_training_steps=2)[0].name == "head lost"


def test_half_weights_lose_small_updates(prove):
    outcome, runs = prove("half_weights")
    assert outcome.name == "updates are rounded away"
    assert runs["bfloat16 weights"].observed["reloaded as"] == "bfloat16"


def test_full_weights_do_not(prove):
    full = half_weights.experiment.variants["float32"]
    assert prove("half_weights", {"bfloat16 weights": full}, num_training_steps=2)[0].name == "all move"


def test_half_weights_with_large_steps_learn_much_the_same(prove):
    faster = Edit("lr=learning_rate", "lr=learning_rate * 5")
    half = [faster, *half_weights.experiment.variants["bfloat16 weights"][1:]]
    assert prove("half_weights", {"bfloat16 weights": half})[0].name == "no harm done"


def test_half_weights_under_autocast_lose_them_too(prove):
    both = [
        edit
        for name in ("bf16 autocast", "bfloat16 weights")
        for edit in half_weights.experiment.variants[name][-1:]
    ]
    assert (
        prove("half_weights", {"bf16 autocast": both}, num_training_steps=2)[0].name == "autocast rounds too"
    )


def test_checkpointing_saves_in_train_mode_alone(prove):
    outcome, runs = prove("gradient_checkpointing")
    assert outcome.name == "only in train mode"
    assert runs["on, masks drawn anew"].loss[0] == runs["off"].loss[0]
    off, on = runs["off"].observed, runs["on"].observed
    assert (off["forwards in train mode"], on["forwards in train mode"]) == (1, 2)
    assert off["held in eval mode (KB)"] == pytest.approx(on["held in eval mode (KB)"], rel=0.05)


def test_without_it_nothing_is_saved(prove):
    off = gradient_checkpointing.experiment.variants["off"]
    assert prove("gradient_checkpointing", {"on": off}, num_training_steps=2)[0].name == "nothing saved"


def test_masks_drawn_anew_change_the_losses(prove):
    anew = gradient_checkpointing.experiment.variants["on, masks drawn anew"]
    assert prove("gradient_checkpointing", {"on": anew}, num_training_steps=3)[0].name == "other losses"


def test_without_dropout_no_mask_is_drawn(prove):
    bare = {name: edits[1:] for name, edits in gradient_checkpointing.experiment.variants.items()}
    assert prove("gradient_checkpointing", bare, num_training_steps=3)[0].name == "nothing drawn"
