"""A mock interview asks, listens, follows up and scores."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study import report
from app.study.interview import Clock, Interview, plan
from app.study.records import Result, SavedInterview
from app.study.scorecard import Proof, ScoreCard
from app.study.store import Store

AT = datetime(2026, 1, 2, tzinfo=UTC)
LEVELS = ["basic"] * 5 + ["intermediate"] * 6 + ["advanced"] * 11 + ["debugging"] * 3


@pytest.fixture(scope="session")
def bank(ask):
    return [ask(id=f"q{n}", level=level, topic=f"topic {n % 4}") for n, level in enumerate(LEVELS, 1)]


@pytest.fixture
def zero_grad(ask, point):
    return ask(
        id="zero-grad",
        level="advanced",
        topic="The loop",
        question="What goes wrong without `zero_grad`, and what of [CLS]?",
        key_points=[
            point("gradients add up across steps", ["accumulate", "add up"]),
            point(
                "the direction is stale",
                ["stale direction", "old gradients"],
                hint="Where does the sum point?",
            ),
            point("wanted for accumulation", ["larger effective batch"]),
        ],
        follow_ups=["unknown", "accumulation"],
    )


@pytest.fixture
def accumulation(ask, point):
    return ask(
        id="accumulation",
        topic="Accelerate",
        question="How are gradients accumulated?",
        key_points=[point("accumulate context", ["accelerator.accumulate"])],
        follow_ups=["zero-grad"],
    )


@given(
    seed=st.integers(), count=st.integers(1, 30), level=st.sampled_from(["mixed", "advanced"]), data=st.data()
)
def test_the_draw_is_the_same_for_a_seed_and_has_no_doubles(bank, seed, count, level, data) -> None:
    weakness = {question.id: data.draw(st.floats(0, 1)) for question in bank[:5]}
    shuffled = data.draw(st.permutations(bank))
    one = plan(bank, count=count, level=level, seed=seed, weakness=weakness)
    two = plan(shuffled, count=count, level=level, seed=seed, weakness=weakness)
    ids = [question.id for question in one.questions]
    assert ids == [question.id for question in two.questions]
    assert len(set(ids)) == len(ids) == min(count, 25 if level == "mixed" else 11)


def test_a_mixed_interview_goes_from_basic_to_debugging(bank) -> None:
    drawn = [question.level for question in plan(bank, count=8, seed=7).questions]
    assert Counter(drawn) == {"basic": 2, "intermediate": 2, "advanced": 3, "debugging": 1}
    order = ["basic", "intermediate", "advanced", "debugging"]
    assert drawn == sorted(drawn, key=order.index)


def test_what_is_weak_is_asked_more_often(bank) -> None:
    weakness = {question.id: 0.0 for question in bank} | {"q12": 1.0, "q13": 1.0}
    asked = Counter(
        question.id
        for seed in range(300)
        for question in plan(bank, count=3, level="advanced", seed=seed, weakness=weakness).questions
    )
    strong = [asked[f"q{n}"] for n in range(14, 23)]
    assert min(asked["q12"], asked["q13"]) > 2 * max(strong)


@pytest.mark.parametrize(
    ("arguments", "said"), [({"level": "advance"}, "did you mean 'advanced'"), ({"count": 0}, "0")]
)
def test_a_wrong_plan_is_refused_in_words(bank, arguments, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plan(bank, **arguments)


def test_the_clock_stands_while_paused(clock) -> None:
    watch = Clock(10, clock)
    clock.forward(minutes=2)
    watch.pause()
    watch.pause()
    clock.forward(hours=5)
    assert (watch.elapsed, watch.paused) == (120, True)
    watch.resume()
    clock.forward(minutes=3)
    assert (watch.elapsed, watch.remaining) == (300, 300)
    clock.forward(hours=1)
    assert watch.remaining == 0


def test_follow_ups_depend_on_what_the_answer_missed(zero_grad, accumulation, clock) -> None:
    interview = Interview([zero_grad], bank=[zero_grad, accumulation], now=clock)
    assert interview.current is not None
    assert interview.current.kind == "question"
    clock.forward(seconds=40)
    graded = interview.answer("The gradients accumulate.")
    assert [result.hit for result in graded.points] == [True, False, False]
    assert (interview.current.kind, interview.current.text) == ("probe", "Where does the sum point?")
    interview.answer("It follows a stale direction.")
    assert interview.current.kind == "probe"
    assert "larger effective batch" not in interview.current.text
    interview.answer("no idea")
    assert (interview.current.kind, interview.current.question.id) == ("follow_up", "accumulation")
    interview.answer("with accelerator.accumulate(model)")
    assert interview.finished
    card = interview.score()
    first = card.questions[0]
    assert first.named == ["gradients add up across steps"]
    assert first.prompted == ["the direction is stale"]
    assert first.missed == ["wanted for accumulation"]
    assert first.score == 0.5
    assert first.seconds == 40
    assert card.questions[1].score == 1
    assert [question.question for question in card.weak] == ["zero-grad"]


def test_a_full_answer_is_not_probed(zero_grad, clock) -> None:
    interview = Interview([zero_grad], now=clock)
    interview.answer("Gradients add up, in a stale direction. Wanted for a larger effective batch.")
    assert interview.finished
    assert interview.score().overall == 1


def test_a_probe_does_not_give_the_point_away(ask, point, clock) -> None:
    question = ask(id="a", key_points=[point("gradients add up across steps", ["accumulate", "add up"])])
    interview = Interview([question], now=clock)
    interview.answer("I do not know")
    assert interview.current is not None
    assert "gradients … across steps" in interview.current.text


def test_a_spoken_answer_is_rated_by_the_person(zero_grad, clock) -> None:
    interview = Interview([zero_grad], now=clock)
    clock.forward(seconds=90)
    interview.self_rate(3, named=[0, 1])
    assert interview.current is not None
    assert interview.current.point == 2
    interview.self_rate(3)
    assert interview.finished
    question = interview.score().questions[0]
    assert question.prompted == ["wanted for accumulation"]
    (rated,) = interview.ratings()
    assert (rated.question, rated.rating, rated.seconds, rated.spoken) == ("zero-grad", 3, 90, True)
    with pytest.raises(RuntimeError, match="over"):
        interview.self_rate(3)


def test_a_spoken_answer_without_ticks_counts_by_its_rating(zero_grad, clock) -> None:
    interview = Interview([zero_grad], now=clock)
    with pytest.raises(ValueError, match="1 to 4"):
        interview.self_rate(0)
    interview.self_rate(4)
    assert interview.score().overall == 1


def test_skipping_goes_to_the_next_question(bank, zero_grad, clock) -> None:
    interview = Interview([zero_grad, bank[0]], now=clock)
    interview.answer("no idea")
    assert interview.current is not None
    assert interview.current.kind == "probe"
    interview.skip()
    assert interview.current.question.id == bank[0].id
    interview.skip()
    assert interview.finished
    assert interview.score().questions[1].skipped
    assert [turn.question for turn in interview.ratings()] == ["zero-grad"]


def test_when_the_time_is_up_the_open_question_is_the_last(bank, clock) -> None:
    interview = Interview(bank[:3], minutes=5, now=clock)
    clock.forward(minutes=6)
    interview.self_rate(3)
    assert interview.finished
    assert interview.score().unreached == ["q2", "q3"]


# The score card -------------------------------------------------------------------------------------------

HOSTILE = '</section><script>alert("1")</script> **bold** [CLS] | <img src=x onerror=y>'


@pytest.fixture
def card(zero_grad, accumulation, ask, clock) -> ScoreCard:
    hostile = ask(id="hostile", topic=HOSTILE, question=f"{HOSTILE} ![x](https://example.org/x.png)")
    interview = Interview([zero_grad, hostile, accumulation], now=clock, seed=7)
    interview.answer(HOSTILE)
    interview.skip()
    interview.answer(HOSTILE)
    interview.prove(
        Proof(
            question="zero-grad",
            predicted="diverges",
            result=Result(
                experiment="zero_grad",
                settings={"model": "bundled", "data": "bundled", "seed": 7},
                outcome="diverges",
                finding=f"The norm grew 8.8×. {HOSTILE}",
                started_at=interview.started_at,
                seconds=2.0,
                losses={
                    "cleared": [0.7, 0.5, 0.3],
                    "piling <up>": [0.7, None, float("nan"), 2.0, float("inf")],
                    "none": [],
                },
            ),
        )
    )
    interview.end()
    return interview.score()


def test_the_report_is_one_file_that_loads_nothing(card: ScoreCard) -> None:
    html = report.html(card)
    assert "<script" not in html
    assert "<img" not in html
    tags = re.findall(r"<[^>]+>", html)
    assert not [
        tag for tag in tags if re.search(r"\ssrc|\shref=(?!.https://example.org/x.png)|url\(|@import", tag)
    ]
    assert not re.search(r"url\(|@import", html[: html.index("</style>")])
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert "[CLS]" in html


def test_the_report_is_well_formed_and_has_the_curves(card: ScoreCard) -> None:
    from xml.etree import ElementTree

    html = report.html(card)
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    tree = ElementTree.fromstring(svg)
    lines = tree.findall("polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [
        3,
        1,
        1,
    ]  # a gap where it was not finite
    assert len({line.attrib["stroke-dasharray"] for line in lines}) == 2  # told apart without colour too
    labels = [element.text for element in tree.findall("text")]
    assert "cleared 0.3" in labels
    assert "piling <up> 2" in labels


def test_the_markdown_report_says_what_to_revise(card: ScoreCard) -> None:
    text = report.markdown(card)
    assert "# Mock interview" in text
    assert "seed 7" in text
    assert "not named: the direction is stale" in text
    assert "Predicted: diverges (right). (model bundled, data bundled, seed 7)" in text
    assert "> </section><script>" in text


def test_a_score_card_survives_the_store(card: ScoreCard, store: Store) -> None:
    store.add(card.saved())
    (saved,) = store.all(SavedInterview)
    loaded = ScoreCard.load(saved)
    assert report.html(loaded) == report.html(msgspec.convert(msgspec.to_builtins(card), ScoreCard))


def test_a_score_card_of_an_earlier_viva_keeps_its_proofs() -> None:
    proof = {
        "question": "zero-grad",
        "experiment": "zero_grad",
        "outcome": "diverges",
        "finding": "It grew.",
        "predicted": "learns worse",
        "source": "model bundled, data /my, own/folder, seed 7",
        "losses": {"cleared": [0.7, None]},
    }
    about = {"started_at": AT.isoformat(), "minutes": 20, "seconds": 9.0, "level": "mixed", "seed": 1}
    empty: dict[str, Any] = {"topics": [], "questions": [], "unreached": [], "turns": []}
    card = {**about, **empty, "overall": 0.5, "proofs": [proof]}
    (loaded,) = ScoreCard.load(SavedInterview(started_at=AT, card=card)).proofs
    assert (loaded.predicted, loaded.result.outcome) == ("learns worse", "diverges")
    assert loaded.result.source == proof["source"]
    assert loaded.result.losses == proof["losses"]


def test_reports_never_replace_each_other(card: ScoreCard, tmp_path) -> None:
    first, second = report.save(card, tmp_path / "reports"), report.save(card, tmp_path / "reports")
    assert len({*first, *second}) == 4
    assert all(path.read_text(encoding="utf-8") for path in (*first, *second))
