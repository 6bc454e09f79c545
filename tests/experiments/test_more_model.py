"""The experiments of `more-model.yaml`, as taught and broken on purpose."""

import pytest

from experiments import half_weights, save_and_load
from experiments.engine import Edit
from tests.experiments.asked import ask

pytestmark = pytest.mark.run

EVAL_MODE = Edit("model.train()\n", "model.eval()\n")


def test_one_label_is_regression(prove, monkeypatch):
    assert ask(prove, monkeypatch, "one-label").name == "silent"


def test_two_labels_are_not(prove, monkeypatch):
    assert ask(prove, monkeypatch, "one-label", {"one label": []}).name == "works"


def test_a_model_comes_back_and_its_words_do_not(prove):
    outcome, runs = prove("save_and_load")
    assert outcome.name == "model yes, words no"
    assert runs["only the body"].observed["logits moved"] > 0
    assert runs["the whole model"].metrics == runs["never saved"].metrics


def test_the_body_alone_loses_the_head(prove):
    body = save_and_load.experiment.variants["only the body"]
    assert prove("save_and_load", {"the whole model": body})[0].name == "head lost"


def test_half_weights_lose_small_updates(prove):
    outcome, runs = prove("half_weights")
    assert outcome.name == "updates are rounded away"
    assert runs["bfloat16 weights"].observed["reloaded as"] == "bfloat16"


def test_full_weights_do_not(prove):
    assert prove("half_weights", {"bfloat16 weights": []})[0].name == "all move"


def test_half_weights_under_autocast_lose_them_too(prove):
    both = [
        edit
        for name in ("bf16 autocast", "bfloat16 weights")
        for edit in half_weights.experiment.variants[name]
    ]
    assert prove("half_weights", {"bf16 autocast": both})[0].name == "autocast rounds too"


def test_checkpointing_saves_in_train_mode_alone(prove):
    outcome, runs = prove("gradient_checkpointing")
    assert outcome.name == "only in train mode"
    off, on = runs["off"].observed, runs["on"].observed
    assert (off["forwards in train mode"], on["forwards in train mode"]) == (1, 2)
    assert off["held in eval mode (KB)"] == pytest.approx(on["held in eval mode (KB)"], rel=0.05)


def test_without_it_nothing_is_saved(prove):
    assert prove("gradient_checkpointing", {"on": []})[0].name == "nothing saved"


def test_without_dropout_the_losses_are_others(prove):
    assert prove("gradient_checkpointing", {"on": [EVAL_MODE]})[0].name == "other losses"
