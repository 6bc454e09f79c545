"""The experiments of `more-training.yaml`, as taught and broken on purpose."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.bank import OWN
from app.bank.load import load
from app.lab.proof import trial_of
from experiments import clipping, short_window, total_steps, train_mode, window_start
from experiments.engine import Outcome, catalog

pytestmark = pytest.mark.run


@pytest.fixture
def question(prove, monkeypatch) -> Callable[..., Outcome]:
    """`question(id, broken)`: runs a question's own experiment, with variants replaced by others of it."""
    questions = {question.id: question for question in load([OWN]).questions}

    def run(name: str, broken: Mapping[str, str] | None = None, **settings: Any) -> Outcome:
        trial = trial_of(questions[name])
        edits = {variant: trial.experiment.variants[other] for variant, other in (broken or {}).items()}
        monkeypatch.setattr(catalog, "find", lambda _: trial)
        return prove(name, edits, **settings)[0]

    return run


def test_a_short_window_is_divided_by_the_full_number(prove):
    outcome, _ = prove("short_window")
    assert outcome.name == "too small"
    assert outcome.evidence["batches behind each update"] == {
        "true mean": "4, 4, 2, 4, 4, 2",
        "accumulate()": "4, 4, 2, 4, 4, 2",
        "carried over": "4, 4, 4, 4, 4",
    }
    norms = outcome.evidence["norm at the short window"]
    assert norms["accumulate()"] == pytest.approx(norms["true mean"] / 2)


def test_a_true_mean_is_right(prove):
    mean = short_window.experiment.variants["true mean"]
    assert prove("short_window", {"accumulate()": mean})[0].name == "right"


def test_counting_from_nought_steps_after_one_batch(prove):
    outcome, _ = prove("window_start")
    assert outcome.name == "one batch alone"
    assert outcome.evidence["batches left over"] == {"and the last": 0, "(step + 1) % 4": 2, "step % 4": 1}
    left = outcome.evidence["gradient left over"]
    assert left["and the last"] == 0 < left["(step + 1) % 4"]


def test_counting_from_one_gives_whole_windows(prove):
    right = window_start.experiment.variants["(step + 1) % 4"]
    assert prove("window_start", {"step % 4": right})[0].name == "whole windows"


def test_without_train_dropout_is_gone_and_the_evaluation_moves_what_follows(prove):
    outcome, runs = prove("train_mode")
    assert outcome.name == "dropout gone"
    dropped = {variant: run.observed["rounds with dropout"] for variant, run in runs.items()}
    assert dropped == {"train() again": 12, "forgotten": 4, "never": 0, "no evaluation": 12}
    again, without = runs["train() again"].loss, runs["no evaluation"].loss
    assert again[:4] == without[:4]
    assert again[4:] != without[4:]


def test_with_train_called_again_nothing_is_gone(prove):
    again = train_mode.experiment.variants["train() again"]
    assert prove("train_mode", {"forgotten": again})[0].name == "no difference"


def test_clipping_after_the_step_changes_nothing(prove):
    outcome, runs = prove("clipping")
    assert outcome.name == "order matters"
    assert runs["before the step"].loss != runs["no clipping"].loss
    assert runs["window, guarded"].loss != runs["window, every batch"].loss


def test_clipping_before_the_step_is_no_clipping_after(prove):
    before = clipping.experiment.variants["before the step"]
    assert prove("clipping", {"after the step": before})[0].name == "order does not matter"


def test_clipping_each_batch_in_a_guarded_window_is_no_finding(prove):
    guarded = clipping.experiment.variants["window, guarded"]
    assert prove("clipping", {"window, every batch": guarded})[0].name == "order does not matter"


def test_seeded_late_the_head_differs(question):
    assert question("seed-after-model").name == "the head differs"


def test_seeded_first_twice_is_equal(question):
    broken = {"seed late": "seed first", "seed late again": "seed first"}
    assert question("seed-after-model", broken).name == "equal all the same"


def test_stepped_per_epoch_the_rate_is_stuck_at_both_ends(question):
    assert question("scheduler-per-epoch").name == "stuck at both ends"


def test_a_first_epoch_that_learns_is_not_stuck_at_both_ends(question):
    assert question("scheduler-per-epoch", {"first epoch": "per step"}).name == "never decays"


def test_stepped_per_step_the_rate_comes_down(question):
    assert question("scheduler-per-epoch", {"per epoch": "per step"}).name == "no difference"


def test_a_warm_up_longer_than_the_run_never_gets_there(question):
    assert question("warm-up-too-long").name == "never gets there"


def test_a_warm_up_of_a_tenth_gets_there(question):
    assert question("warm-up-too-long", {"longer than the run": "a tenth"}).name == "cut to fit"


def test_the_loss_over_the_rate_is_a_valley(question):
    assert question("learning-rate-sweep").name == "a valley"


def test_the_same_rate_everywhere_is_no_valley(question):
    broken = dict.fromkeys(("1e-5", "1e-4", "1e-3", "1e-2", "1e-1"), "1e-6")
    assert question("learning-rate-sweep", broken, num_training_steps=4).name == "no matter"


def test_a_frozen_encoder_learns_less_for_less(prove):
    outcome, runs = prove("freeze_encoder")
    assert outcome.name == "learns less for less"
    frozen, head = runs["frozen"], runs["head in the optimizer"]
    assert frozen.loss == head.loss
    assert head.observed["kept for backward"] == runs["whole model"].observed["kept for backward"]


def test_an_encoder_that_is_not_frozen_saves_nothing(prove):
    assert prove("freeze_encoder", {"frozen": []}, num_training_steps=2)[0].name == "saves nothing"


def test_told_the_batches_the_rate_never_decays(prove):
    outcome, _ = prove("total_steps")
    assert outcome.name == "never decays"
    assert outcome.evidence["rate left"] == {"updates counted": 0, "batches counted": 0.75}


def test_told_the_updates_the_rate_decays(prove):
    counted = total_steps.experiment.variants["updates counted"]
    assert prove("total_steps", {"batches counted": counted})[0].name == "decays all the same"
