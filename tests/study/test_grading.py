"""Typed answers are held against key points as a fair listener would."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answers.grading import grade, suggest


@dataclass
class Point:
    point: str
    any: list[str]
    none: list[str] = field(default_factory=list)


@cache
def labelled() -> list[dict]:
    return yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))


def measure(questions: list[dict]) -> tuple[float, float, list[str]]:
    """Precision and recall over all key points of all answers, and what was got wrong."""
    right = found = real = 0
    wrong = []
    for question in questions:
        points = [Point(**point) for point in question["key_points"]]
        for answer in question["answers"]:
            hits = {i for i, r in enumerate(grade(answer["text"], points).points) if r.hit}
            said = set(answer["hits"])
            right, found, real = right + len(hits & said), found + len(hits), real + len(said)
            wrong += [f"+{points[i].point} | {answer['text']}" for i in hits - said]
            wrong += [f"-{points[i].point} | {answer['text']}" for i in said - hits]
    return right / found, right / real, wrong


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held out"])
def test_precision_and_recall_on_labelled_answers(held_out: bool, capsys: pytest.CaptureFixture[str]) -> None:
    questions = [q for q in labelled() if bool(q.get("held_out")) is held_out]
    precision, recall, wrong = measure(questions)
    answers = sum(len(q["answers"]) for q in questions)
    with capsys.disabled():
        name = "held out" if held_out else "tuned on"
        print(f"\n{name}: {answers} answers, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.85, wrong
    assert recall >= 0.85, wrong


POINT = [Point("gradients add up across steps", ["accumulate", "add up", "zero grad is missing"])]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("They accumulate.", "accumulate"),
        ("an accumulation of old ones", "accumulation"),
        ("the gradients acumulate", "acumulate"),
        ("It means that things add slowly up.", "add slowly up"),
        ("Missing: `optimizer.zero_grad()`", "Missing: `optimizer.zero_grad"),
        ("zerograd is missing", "zerograd is missing"),
        ("if you don't call zero_grad() the gradients accumulate", "accumulate"),
        ("Without zero_grad they accumulate.", "accumulate"),
        ("Not only do they accumulate, the norm grows too.", "accumulate"),
        ("I am not sure, but I think they accumulate", "accumulate"),
        ("nothing is reset and they\naccumulate", "accumulate"),
    ],
)
def test_a_point_is_heard_however_it_is_put_and_marked_where_it_stands(text: str, marked: str) -> None:
    (result,) = grade(text, POINT).points
    assert result.span is not None
    assert text[slice(*result.span)] == marked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "Gradients do not accumulate.",
        "gradients don't accumulate",
        "The gradients never ever accumulate",
        "I don't think that gradients accumulate.",
        "They are overwritten instead of accumulated",
        "Do they accumulate?",
        "It is wrong that gradients accumulate.",
        "accumulate gradients optimizer backward step loss zero_grad momentum",
        "The weights are added to the update.",
    ],
)
def test_what_is_denied_asked_or_only_listed_is_no_hit(text: str) -> None:
    assert not grade(text, POINT).hits


def test_a_phrasing_that_denies_is_met_by_a_denial_alone() -> None:
    points = [Point("no graph is kept", ["does not build the graph"])]
    assert grade("autograd doesn't build a graph", points).hits
    assert grade("no graph gets built", points).hits
    assert not grade("it builds the graph", points).hits


def test_a_phrasing_may_rule_a_point_out() -> None:
    points = [Point("they add up", ["add up"], none=["overwritten"])]
    assert grade("they add up", points).hits
    assert not grade("They add up. I mean, they are overwritten.", points).hits


def test_brackets_and_code_in_an_answer_are_plain_text() -> None:
    points = [Point("adds CLS and SEP", ["[CLS] and [SEP]"])]
    text = "puts a [CLS] before and a [/SEP] after: x[i:j], P[Y=1|x]"
    (result,) = grade(text, points).points
    assert result.span is not None
    assert text[slice(*result.span)] == "CLS] before and a [/SEP"


def test_marks_do_not_overlap() -> None:
    points = [
        Point("a", ["gradients add up"]),
        Point("b", ["add up across steps"]),
        Point("c", ["norm grows"]),
    ]
    text = "Gradients add up across steps and the norm grows."
    assert [text[start:end] for start, end in grade(text, points).spans] == [
        "Gradients add up across steps",
        "norm grows",
    ]


@pytest.mark.parametrize(
    ("hits", "total", "hints", "rating"),
    [
        (4, 4, 0, 4),
        (3, 4, 0, 3),
        (2, 4, 0, 2),
        (1, 4, 0, 1),
        (4, 4, 1, 3),
        (4, 4, 4, 1),
        (0, 4, 2, 1),
        (0, 0, 0, None),
    ],
)
def test_the_suggested_rating_falls_with_misses_and_hints(hits, total, hints, rating) -> None:
    assert suggest(hits, total, hints) == rating


@settings(deadline=None)
@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4))
def test_any_text_can_be_graded(text: str, phrasings: list[str]) -> None:
    graded = grade(text, [Point("p", phrasings)])
    for start, end in graded.spans:
        assert 0 <= start < end <= len(text)


@settings(deadline=None)
@given(st.sampled_from([a for q in labelled() for a in q["answers"] if a["kind"] == "good"]))
def test_case_and_space_change_nothing(answer: dict) -> None:
    points = next([Point(**p) for p in q["key_points"]] for q in labelled() if answer in q["answers"])
    spaced = "  ".join(answer["text"].split(" "))
    assert [r.hit for r in grade(spaced, points).points] == [
        r.hit for r in grade(answer["text"], points).points
    ]


def test_the_labelled_set_is_large_and_mixed() -> None:
    questions = labelled()
    answers = [answer for question in questions for answer in question["answers"]]
    held_out = sum(len(question["answers"]) for question in questions if question.get("held_out"))
    assert len(questions) >= 20
    assert len(answers) >= 150
    assert held_out >= len(answers) / 3
    kinds = {answer["kind"] for answer in answers}
    assert kinds == {"good", "partial", "wrong", "evasive", "off-topic", "stuffed", "negated"}
