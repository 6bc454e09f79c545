"""Typed answers are held against key points as a fair listener would."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.study.grading import grade, suggest


@dataclass
class Point:
    point: str
    any: list[str]
    none: list[str] = field(default_factory=list)


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


def test_the_labelled_set_is_large_and_mixed() -> None:
    questions = labelled()
    answers = [answer for question in questions for answer in question["answers"]]
    held_out = sum(len(question["answers"]) for question in questions if question.get("held_out"))
    assert len(questions) >= 20
    assert len(answers) >= 150
    assert held_out >= len(answers) / 3
    kinds = {answer["kind"] for answer in answers}
    assert kinds == {"good", "partial", "wrong", "evasive", "off-topic", "stuffed", "negated"}
