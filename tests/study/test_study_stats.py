"""The statistics say what the log says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.records import Prediction
from app.study.schedule import Schedule, StudySettings
from app.study.stats import Statistics, Streak, statistics, streak
from app.study.store import Store

PLAIN = StudySettings(fuzz=False)


@pytest.fixture
def schedule(store: Store, clock) -> Schedule:
    return Schedule(store, PLAIN, now=clock, zone=UTC)


@pytest.fixture
def questions(ask):
    return [ask(id="a", topic="The data"), ask(id="b", topic="The loop", level="advanced")]


def test_an_empty_log_gives_empty_statistics(schedule, questions) -> None:
    found = statistics(schedule, questions)
    assert (found.cards, found.seen, found.reviews) == (2, 0, 0)
    assert found.retention.true is None
    assert found.calibration.share is None
    assert found.answer_seconds.median is None
    assert found.streak == Streak()
    assert sum(day.count for day in found.forecast) == 0
    assert msgspec.json.decode(msgspec.json.encode(found), type=Statistics) == found


def test_true_retention_stands_beside_what_fsrs_predicted(schedule, questions, clock) -> None:
    import fsrs

    schedule.rate("a", 4)
    schedule.rate("b", 4)
    clock.forward(hours=1)
    schedule.rate("a", 3)  # the same day: no test of memory
    clock.forward(days=9)
    chances = [schedule.status(card).retrievability for card in "ab"]
    schedule.rate("a", 3)
    schedule.rate("b", 1)
    schedule.rate("b", 1, mode="cram")
    retention = statistics(schedule, questions).retention
    assert retention.reviews == 2
    assert retention.true == 0.5
    assert retention.predicted == pytest.approx(sum(chances) / 2)
    assert 0.8 < chances[1] < 0.95
    assert fsrs.State.Review  # the phases are the package's own


def test_retention_by_week_and_month(schedule, questions, clock) -> None:
    schedule.rate("a", 4)
    clock.forward(days=10)
    schedule.rate("a", 3)
    clock.forward(days=60)
    schedule.rate("a", 1)
    found = statistics(schedule, questions)
    assert [(week.day, week.retention.true) for week in found.retention_by_week] == [
        (date(2026, 3, 9), 1.0),
        (date(2026, 5, 11), 0.0),
    ]
    assert found.retention.reviews == 2
    assert found.retention_last_30_days.reviews == 1


def test_the_forecast_counts_the_overdue_for_today(schedule, questions, clock) -> None:
    schedule.rate("a", 4)  # due in eight days
    clock.forward(days=2)
    schedule.rate("b", 4)
    forecast = {day.day: day.count for day in statistics(schedule, questions).forecast if day.count}
    assert forecast == {date(2026, 3, 10): 1, date(2026, 3, 12): 1}
    clock.forward(days=7)
    forecast = {day.day: day.count for day in statistics(schedule, questions).forecast if day.count}
    assert forecast == {date(2026, 3, 11): 1, date(2026, 3, 12): 1}


def test_calibration_says_how_often_one_was_right_by_topic(schedule, questions, store, clock) -> None:
    for question, predicted in [("a", "x"), ("b", "x"), ("b", "y"), ("gone", "x")]:
        store.add(Prediction(question=question, predicted=predicted, actual="x", at=clock()))
    found = statistics(schedule, questions)
    assert (found.calibration.predictions, found.calibration.right, found.calibration.share) == (4, 3, 0.75)
    assert {name: group.share for name, group in found.calibration_by_topic.items()} == {
        "The data": 1.0,
        "The loop": 0.5,
    }


def test_weak_spots_time_and_ratings(schedule, questions, clock) -> None:
    for seconds, rating in [(10.0, 3), (20.0, 2), (60.0, 1)]:
        schedule.rate("b", rating, seconds=seconds)
        clock.forward(minutes=1)
    schedule.rate("a", 3)
    found = statistics(schedule, questions)
    assert [weak.card for weak in found.weak] == ["b"]
    assert (found.answer_seconds.answers, found.answer_seconds.median, found.answer_seconds.mean) == (
        3,
        20.0,
        30.0,
    )
    assert (
        list(found.answer_seconds_by_level) == ["advanced"]
        or found.answer_seconds_by_level["basic"].answers == 0
    )
    assert found.ratings == {1: 1, 2: 1, 3: 2, 4: 0}
    assert [(day.day, day.count) for day in found.reviews_by_day] == [(date(2026, 3, 2), 4)]


def test_a_day_is_the_persons_own(store, clock, questions) -> None:
    tokyo = Schedule(store, PLAIN, now=clock, zone=ZoneInfo("Asia/Tokyo"))
    clock.at = datetime(2026, 3, 2, 14, 59, tzinfo=UTC)  # a minute before midnight in Tokyo
    tokyo.rate("a", 3)
    clock.forward(minutes=2)
    tokyo.rate("a", 3)
    assert statistics(tokyo, questions).streak == Streak(current=2, longest=2, studied_today=True)
    utc = Schedule(store, PLAIN, now=clock, zone=UTC)
    assert statistics(utc, questions).streak == Streak(current=1, longest=1, studied_today=True)


@given(st.sets(st.integers(0, 40)))
def test_the_streak_is_the_run_of_days_that_still_stands(offsets: set[int]) -> None:
    today = date(2026, 3, 31)
    found = streak([today - timedelta(days=n) for n in offsets], today)
    first = 0 if 0 in offsets else 1
    expected = next(n for n in range(first, 99) if n not in offsets) - first
    assert found.current == expected
    assert found.studied_today == (0 in offsets)
    assert found.longest >= found.current
