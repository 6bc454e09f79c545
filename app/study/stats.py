"""What the log says: retention, what is coming, what is weak, the streak, calibration, time per answer."""

from __future__ import annotations

import statistics as numbers
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from app.bank.schema import Question

from .cards import Status
from .days import local_day
from .memory import Step, replay
from .records import RATINGS, SCHEDULED_MODES, Prediction, Review
from .schedule import Schedule

T = TypeVar("T")

FORECAST_DAYS = 30


class Retention(Struct, frozen=True, kw_only=True):
    """Of `reviews` of learnt cards, the share remembered (`true`) and the share that FSRS predicted.

    Both are None without such a review.
    """

    reviews: int = 0
    true: float | None = None
    predicted: float | None = None


class Day(Struct, frozen=True, kw_only=True):
    day: date
    count: int


class Week(Struct, frozen=True, kw_only=True):
    """A week's retention; `day` is its Monday."""

    day: date
    retention: Retention


class Weak(Struct, frozen=True, kw_only=True):
    card: str
    title: str
    topic: str
    lapses: int
    last_rating: int | None
    retrievability: float
    leech: bool


class Streak(Struct, frozen=True, kw_only=True):
    """Local days in a row with a review; `current` still stands if the last was yesterday."""

    current: int = 0
    longest: int = 0
    studied_today: bool = False


class Calibration(Struct, frozen=True, kw_only=True):
    """How often a prediction was right; `share` is None without predictions."""

    predictions: int = 0
    right: int = 0
    share: float | None = None


class Timing(Struct, frozen=True, kw_only=True):
    """Seconds an answer took; None without timed answers."""

    answers: int = 0
    median: float | None = None
    mean: float | None = None


class Statistics(Struct, frozen=True, kw_only=True):
    """Everything that the statistics screen and `viva stats --json` show. Shares are from 0 to 1."""

    as_of: datetime
    cards: int
    seen: int
    mature: int
    reviews: int
    ratings: dict[int, int]
    retention: Retention
    retention_last_30_days: Retention
    retention_by_week: list[Week]
    desired_retention: float
    forecast: list[Day]
    reviews_by_day: list[Day]
    weak: list[Weak]
    streak: Streak
    calibration: Calibration
    calibration_by_topic: dict[str, Calibration]
    answer_seconds: Timing
    answer_seconds_by_level: dict[str, Timing]
    days_to_interview: int | None


def statistics(schedule: Schedule, questions: Sequence[Question]) -> Statistics:
    """The statistics of `questions` as of now; retention and streak count the whole log."""
    reviews = schedule.store.reviews()
    steps = _steps(schedule, reviews)
    status = schedule.statuses(question.id for question in questions)
    today = local_day(schedule.now(), schedule.zone)
    month = [s for s in steps if local_day(s.review.reviewed_at, schedule.zone) > today - timedelta(days=30)]
    by_day = Counter(local_day(review.reviewed_at, schedule.zone) for review in reviews)
    level = {question.id: question.level for question in questions}
    topic = {question.id: question.topic for question in questions}
    predictions = schedule.store.all(Prediction)
    return Statistics(
        as_of=schedule.now(),
        cards=len(questions),
        seen=sum(not s.is_new for s in status.values()),
        mature=sum(s.mastery >= 1 for s in status.values()),
        reviews=len(reviews),
        ratings={rating: sum(review.rating == rating for review in reviews) for rating in RATINGS},
        retention=_retention(steps),
        retention_last_30_days=_retention(month),
        retention_by_week=_by_week(schedule, steps),
        desired_retention=schedule.settings.desired_retention,
        forecast=_forecast(schedule, status.values(), today),
        reviews_by_day=[Day(day=day, count=by_day[day]) for day in sorted(by_day)],
        weak=_weak(questions, status),
        streak=streak(by_day, today),
        calibration=_calibration(predictions),
        calibration_by_topic={
            name: _calibration(group)
            for name, group in _grouped(predictions, lambda p: topic.get(p.question))
        },
        answer_seconds=_timing(reviews),
        answer_seconds_by_level={
            name: _timing(group) for name, group in _grouped(reviews, lambda review: level.get(review.card))
        },
        days_to_interview=schedule.days_to_interview(),
    )


def streak(days: Iterable[date], today: date) -> Streak:
    """The streak over the days on which something was reviewed."""
    studied = set(days)
    longest = run = 0
    for day in sorted(studied):
        run = run + 1 if day - timedelta(days=1) in studied else 1
        longest = max(longest, run)
    last = today if today in studied else today - timedelta(days=1)
    current = 0
    while last - timedelta(days=current) in studied:
        current += 1
    return Streak(current=current, longest=longest, studied_today=today in studied)


def _steps(schedule: Schedule, reviews: Sequence[Review]) -> list[Step]:
    """The reviews that test memory: of a learnt card, at least a day after the one before."""
    settings = schedule.settings
    logs: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        if review.mode in SCHEDULED_MODES:
            logs[review.card].append(review)
    steps = (
        step for card, log in logs.items() for step in replay(card, log, settings.desired_retention, False)
    )
    return sorted(
        (step for step in steps if _tests_memory(step)),
        key=lambda step: (step.review.reviewed_at, step.review.id),
    )


def _tests_memory(step: Step) -> bool:
    before = step.before
    return (
        before.phase == "review"
        and before.last_review is not None
        and step.review.reviewed_at - before.last_review >= timedelta(days=1)
    )


def _retention(steps: Sequence[Step]) -> Retention:
    if not steps:
        return Retention()
    return Retention(
        reviews=len(steps),
        true=sum(step.review.rating > 1 for step in steps) / len(steps),
        predicted=sum(step.retrievability for step in steps) / len(steps),
    )


def _by_week(schedule: Schedule, steps: Sequence[Step]) -> list[Week]:
    weeks: dict[date, list[Step]] = defaultdict(list)
    for step in steps:
        day = local_day(step.review.reviewed_at, schedule.zone)
        weeks[day - timedelta(days=day.weekday())].append(step)
    return [Week(day=day, retention=_retention(weeks[day])) for day in sorted(weeks)]


def _forecast(schedule: Schedule, statuses: Iterable[Status], today: date) -> list[Day]:
    """How many cards come due on each of the next days; what is overdue counts for today."""
    due = Counter(
        max(today, local_day(status.due, schedule.zone))
        for status in statuses
        if status.due is not None and not status.suspended
    )
    days = [today + timedelta(days=n) for n in range(FORECAST_DAYS)]
    return [Day(day=day, count=due[day]) for day in days]


def _weak(questions: Sequence[Question], status: dict[str, Status]) -> list[Weak]:
    found = [
        Weak(
            card=question.id,
            title=question.title,
            topic=question.topic,
            lapses=card.memory.lapses,
            last_rating=card.memory.last_rating,
            retrievability=card.retrievability,
            leech=card.leech,
        )
        for question in questions
        if (card := status[question.id]).weak
    ]
    return sorted(found, key=lambda weak: (-weak.lapses, weak.retrievability, weak.card))


def _calibration(predictions: Sequence[Prediction]) -> Calibration:
    right = sum(prediction.predicted == prediction.actual for prediction in predictions)
    share = right / len(predictions) if predictions else None
    return Calibration(predictions=len(predictions), right=right, share=share)


def _timing(reviews: Sequence[Review]) -> Timing:
    seconds = [review.seconds for review in reviews if review.seconds > 0]
    if not seconds:
        return Timing()
    return Timing(answers=len(seconds), median=numbers.median(seconds), mean=numbers.fmean(seconds))


def _grouped(items: Iterable[T], name: Callable[[T], str | None]) -> Iterable[tuple[str, list[T]]]:
    groups: dict[str, list[T]] = {}
    for item in items:
        if (key := name(item)) is not None:
            groups.setdefault(key, []).append(item)
    return groups.items()
