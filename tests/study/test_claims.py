"""What an answer says is heard, not only what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from app.answers.grading import grade
from app.bank import OWN
from app.bank.load import load
from bench import grading


@dataclass
class Point:
    point: str
    any: list[str]
    none: list[str] = field(default_factory=list)


def named(text: str, *phrasings: str) -> bool:
    return grade(text, [Point("p", list(phrasings))]).points[0].hit


@pytest.mark.parametrize(
    ("text", "phrasing"),
    [
        ("no graph / no saved activations -> less mem", "less memory"),
        ("no hook; grads accumulate", "gradients accumulate"),
        ("not the optimizer, but the loss is scaled", "loss is scaled"),
        ("no padding\nthe rows are lists", "rows are lists"),
        ("w/o the mask nothing fails", "nothing fails without the mask"),
        ("it is silent", "no error"),
        ("it doesn't raise", "silently"),
        ("the logits do not change", "logits are the same"),
        ("the results don't differ", "results are identical"),
        ("lr never decays", "learning rate never decays"),
        ("bs x2 on 2 procs", "batch size doubles"),
        ("eff bs = 2x", "effective batch size doubles"),
    ],
)
def test_shorthand_denials_and_opposites_say_the_same(text: str, phrasing: str) -> None:
    assert named(text, phrasing)


@pytest.mark.parametrize(
    ("text", "phrasing"),
    [
        ("a low learning rate shows it", "a low rate hides it"),
        ("clip after the step", "clip before the step"),
        ("it raises an error", "no error"),
        ("it fails silently", "it raises an error"),
        ("the logits differ", "logits are the same"),
        ("the logits are not the same", "logits are the same"),
        ("the rate decreases during warm-up", "rate increases during warm-up"),
        ("less memory", "more memory"),
        (
            "the metric of each batch is computed and stored over all",
            "metric is computed once over all batches",
        ),
        ("w/o padding", "with padding in it"),
    ],
)
def test_the_words_without_the_claim_name_nothing(text: str, phrasing: str) -> None:
    assert not named(text, phrasing)


POINTS = [
    Point("gradients add up", ["gradients add up"], ["gradients are overwritten"]),
    Point("nothing is raised", ["no error is raised"], ["an error is raised by backward"]),
]
TRAPS = ["An error is raised by backward.", "Clipping repairs it."]


def test_a_contradicted_point_is_told_with_its_trap_and_what_is_true() -> None:
    text = "I think an error is raised by the second backward."
    graded = grade(text, POINTS, traps=TRAPS)
    (wrong,) = graded.wrong
    assert wrong.trap == TRAPS[0] and wrong.truth == "nothing is raised"
    assert "error is raised" in text[slice(*wrong.span)]


@pytest.mark.parametrize(
    "text", ["No error is raised by backward.", "backward raises no error", "Clipping doesn't repair it."]
)
def test_who_denies_a_trap_is_not_told_that_it_is_wrong(text: str) -> None:
    assert not grade(text, POINTS, traps=TRAPS).wrong


def test_what_is_wrong_takes_back_one_point_of_the_rating() -> None:
    right = "Gradients add up. No error is raised."
    assert grade(right, POINTS, traps=TRAPS).suggested == 4
    assert (grade(f"{right} Clipping repairs it.", POINTS, traps=TRAPS).suggested or 0) < 4


PERHAPS = [
    Point("the rate is too small", ["small learning rate"]),
    Point("the model has learned the training rows by heart", ["overfitting", "memorises the training data"]),
]


def test_what_resembles_one_point_more_than_the_others_is_asked_about() -> None:
    text = "The network remembers all the examples it was trained with."
    graded = grade(text, PERHAPS)
    assert [point.state for point in graded.points] == ["missed", "perhaps"]
    assert graded.points[1].span is not None and graded.suggested == 1
    assert graded.said(1, True).suggested == 2
    assert graded.said(1, False).points[1].state == "missed"


def test_an_answer_about_something_else_is_not_asked_about() -> None:
    assert not grade("Paris is the capital of France.", PERHAPS).perhaps


def test_a_fluent_wrong_answer_about_zero_grad_is_told_what_is_wrong_in_it() -> None:
    """The bank that ships, by an answer that is in no list."""
    question = load([OWN]).by_id["zero-grad"]
    text = "PyTorch throws an exception, as gradients have to be None. Otherwise it's enough to clip them."
    graded = grade(text, question.key_points, traps=question.traps)
    assert "An error is raised." in {wrong.trap for wrong in graded.wrong}
    assert not graded.hits and graded.suggested == 1 and question.experiment is not None


def test_the_bank_s_own_answers_to_grade_are_many_and_a_third_is_held_out() -> None:
    listed = grading.answers(False) + grading.answers(True)
    held_out = [entry for entry in listed if entry["held_out"]]
    count = sum(len(entry["answers"]) for entry in listed)
    assert len(listed) >= 45 and count >= 300
    assert sum(len(entry["answers"]) for entry in held_out) >= count / 3
    smallest = sorted(listed, key=lambda entry: sha256(entry["id"].encode()).hexdigest())[: len(held_out)]
    assert {entry["id"] for entry in held_out} == {entry["id"] for entry in smallest}
    for entry in listed:
        for answer in entry["answers"]:
            assert len(answer["said"]) == len(entry["points"]) and len(answer["wrong"]) == len(entry["traps"])


def test_on_answers_that_nobody_tuned_to_the_figures_hold() -> None:
    into = grading.figures(held_out=True)
    honest, every = (grading.together(into[s] for s in styles) for styles in (grading.HONEST, grading.STYLES))
    credit = sum(honest.of(label, "named") for label in "+.-")
    assert honest.of("+", "named") / credit >= 0.97
    assert every.of("-", "named") / every.of("-") <= 0.10
    assert honest.of(".", "perhaps") / honest.of(".") <= 0.20
    for style in ("own", "notes"):
        said = into[style].of("+")
        assert into[style].of("+", "named") / said >= 0.75
        assert into[style].of("+", "named", "perhaps") / said >= 0.90
