"""New questions: always a file that reads, with all that was there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bank.check import check
from app.bank.load import load
from app.bank.new import NewError, append, entry
from tests.bank.making import file, question

Write = Callable[..., Path]
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029"), min_size=1
)
TEXT = TEXT.filter(str.strip)


def test_a_new_file_has_what_was_given_and_checks_clean(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = entry(
        "schedule",
        "advanced",
        "What does the linear schedule do?",
        answer="It warms up,\n\nthen `falls`: to zero.",
        key_points={"it warms up": ["warms up", "7"]},
        tags=["schedule", "no"],
        lines="get_scheduler",
        experiment="zero_grad",
        sources=["https://example.org/a#b"],
    )
    append(path, text, "The schedule")
    bank = load([path])
    assert bank.problems == []
    (made,) = bank.questions
    assert (made.id, made.topic, made.level) == ("mine/schedule", "The schedule", "advanced")
    assert made.answer == "It warms up,\n\nthen `falls`: to zero.\n"
    assert made.key_points[0].any == ["warms up", "7"]
    assert made.tags == ["schedule", "no"]
    assert {problem.severity for problem in check([path])} <= {"warning"}
    assert path.read_text().startswith("# yaml-language-server: $schema=")


def test_what_is_still_to_be_written_loads_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    append(path, entry("one", "basic", "What?"), "Topic")
    assert load([path]).problems == []
    assert "unfinished" in {problem.rule for problem in check([path])}


@pytest.mark.parametrize(
    "before",
    [
        file(),
        file().rstrip("\n"),
        "# kept\ntopic: T  # and this\nquestions:\n\n- id: cls\n  level: basic\n  question: q\n  answer: a\n"
        "  key_points: [{point: p, any: [a]}]\n\n\n# the end\n",
        "topic: T\nquestions: []\n",
        "topic: T\nquestions:\n",
    ],
)
def test_what_is_there_stays_as_it_is(write: Write, before: str) -> None:
    path = write(before)
    had = [found.id for found in load([path]).questions]
    append(path, entry("new", "basic", "Is it there?"))
    assert [found.id for found in load([path]).questions] == [*had, "file/new"]
    assert load([path]).problems == []
    for line in before.splitlines():
        assert line.replace(" []", "") in path.read_text()


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("topic: T\nquestions: [{id: a}]\n", "brackets"),
        ("questions:\n  - {id: a}\ntopic: T\n", "something after"),
        ("topic: [", "Nothing was written"),
        ("- 1\n", "no file of the bank"),
        (file(question("new")), "has a question with the id"),
    ],
)
def test_where_nothing_can_be_added_safely_nothing_is(write: Write, before: str, why: str) -> None:
    path = write(before)
    with pytest.raises(NewError, match=why):
        append(path, entry("new", "basic", "Is it there?"))
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("id", "level", "text"), [("A B", "basic", "What?"), ("a", "expert", "What?"), ("a", "basic", " ")]
)
def test_a_question_without_sense_is_refused(id: str, level: str, text: str) -> None:
    with pytest.raises(NewError):
        entry(id, level, text)


def test_a_new_file_needs_a_topic_and_a_yaml_name(tmp_path: Path) -> None:
    with pytest.raises(NewError, match="topic"):
        append(tmp_path / "a.yaml", entry("a", "basic", "What?"))
    with pytest.raises(NewError, match=r"ends in \.yaml"):
        append(tmp_path / "a.txt", entry("a", "basic", "What?"), "T")
    assert list(tmp_path.glob("a.*")) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, TEXT, TEXT, TEXT)
def test_any_text_comes_back_as_it_was(
    tmp_path: Path, ask: str, answer: str, phrase: str, topic: str
) -> None:
    path = tmp_path / "any.yaml"
    path.unlink(missing_ok=True)
    append(
        path, entry("any", "basic", ask, answer=answer, key_points={phrase: [phrase]}, tags=[phrase]), topic
    )
    bank = load([path])
    assert bank.problems == []
    (made,) = bank.questions
    assert (made.question, made.topic) == (ask.strip(), topic)
    assert made.answer.rstrip("\n") == answer.rstrip("\n")
    assert made.key_points[0].any == made.tags == [phrase]
