"""The schedule is the fsrs package's own, and the queue is what a person would expect of it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fsrs
import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.study.days import day_start, local_day, short
from app.study.records import Review
from app.study.schedule import Filter, Schedule, StudySettings, last_call
from app.study.store import FILE_NAME, Store

PLAIN = StudySettings(fuzz=False, new_per_day=100)


def schedule_at(clock, store: Store | None = None, settings: StudySettings = PLAIN) -> Schedule:
    return Schedule(store or Store(None, now=clock), settings, now=clock, zone=UTC)


def same(memory, card: fsrs.Card) -> bool:
    return (memory.stability, memory.difficulty, memory.due, memory.step, memory.last_review) == (
        card.stability,
        card.difficulty,
        card.due,
        card.step,
        card.last_review,
    ) and memory.phase == card.state.name.lower()


# The seed says it all: there is nothing to shrink.
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 10**6), retention=st.sampled_from([0.8, 0.9, 0.95]))
def test_a_year_of_reviews_agrees_with_fsrs_card_by_card(
    make_clock, ask, seed: int, retention: float
) -> None:
    clock, rng = make_clock(), random.Random(seed)
    questions = [ask(id=f"q{n}") for n in range(6)]
    ours = schedule_at(clock, settings=StudySettings(fuzz=False, desired_retention=retention))
    theirs = fsrs.Scheduler(desired_retention=retention, enable_fuzzing=False)
    cards = {question.id: fsrs.Card(card_id=1) for question in questions}
    reviewed = 0
    for _ in range(365):
        clock.forward(hours=rng.uniform(20, 28))
        for question in ours.queue(questions):
            rating = rng.choices([1, 2, 3, 4], [1, 1, 5, 1])[0]
            preview = ours.previews(question.id)[rating]
            ours.rate(question.id, rating)
            cards[question.id], _ = theirs.review_card(cards[question.id], fsrs.Rating(rating), clock())
            status, card = ours.status(question.id), cards[question.id]
            assert same(status.memory, card)
            assert preview.due == card.due
            ahead = clock() + timedelta(days=rng.randint(0, 40))
            clock_now, clock.at = clock.at, ahead
            assert ours.status(question.id).retrievability == theirs.get_card_retrievability(card, ahead)
            clock.at = clock_now
            clock.forward(seconds=30)
            reviewed += 1
    assert reviewed > 3 * len(questions)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60 * 24 * 20)), max_size=12), st.booleans())
def test_what_is_cached_is_what_a_replay_of_the_log_gives(make_clock, log, fuzz: bool) -> None:
    clock = make_clock()
    kept = StudySettings(fuzz=fuzz)
    store = Store(None, now=clock)
    live = schedule_at(clock, store, kept)
    for rating, minutes in log:
        clock.forward(minutes=minutes)
        preview = live.previews("a")[rating]
        live.rate("a", rating)
        assert live.status("a").due == preview.due
    fresh = Store(None, now=clock)
    fresh.add(*reversed(store.all(Review)))
    assert schedule_at(clock, fresh, kept).memories() == live.memories()


def test_the_keys_show_the_intervals_that_they_give(clock) -> None:
    schedule = schedule_at(clock)
    labels = {rating: preview.label for rating, preview in schedule.previews("a").items()}
    assert labels == {1: "<1 m", 2: "<6 m", 3: "<10 m", 4: "8 d"}
    assert schedule.memories() == {}  # looking changes nothing


@pytest.mark.parametrize(
    ("interval", "label"),
    [
        (timedelta(minutes=10), "<10 m"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=4, hours=3), "4 d"),
        (timedelta(days=61), "2 mo"),
        (timedelta(days=548), "1.5 y"),
    ],
)
def test_intervals_are_short_and_plain(interval: timedelta, label: str) -> None:
    assert short(interval) == label


@given(
    ratings=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), min_size=1, max_size=12),
)
@settings(max_examples=25, deadline=None)
def test_every_rating_can_be_undone_back_to_the_start(make_clock, ratings) -> None:
    clock = make_clock()
    store = Store(None, now=clock)
    schedule_at(clock, store).rate("a", 3)
    clock.forward(days=1)
    session = schedule_at(clock, store)
    before = []
    for card, rating in ratings:
        before.append(session.statuses("abc"))
        session.rate(card, rating)
        clock.forward(minutes=1)
    now = clock.at
    for (card, rating), expected in zip(reversed(ratings), reversed(before), strict=True):
        undone = session.undo()
        assert undone is not None
        assert (undone.card, undone.rating) == (card, rating)
        memories = {card: status.memory for card, status in session.statuses("abc").items()}
        assert memories == {card: status.memory for card, status in expected.items()}
    assert clock.at == now
    assert session.undo() is None  # what was before this session stays
    assert len(store.reviews()) == 1
    assert len(store.all(Review)) == 1 + len(ratings)


def test_a_rating_out_of_range_is_refused(clock) -> None:
    with pytest.raises(ValueError, match="1 \\(again\\)"):
        schedule_at(clock).rate("a", 5)


def test_cramming_leaves_the_schedule_alone(clock, ask) -> None:
    schedule = schedule_at(clock)
    schedule.rate("a", 3)
    before = schedule.memories()
    clock.forward(minutes=1)
    schedule.rate("a", 1, mode="cram")
    schedule.rate("b", 1, mode="cram")
    assert schedule.memories()["a"] == before["a"]
    assert schedule.status("b").is_new
    assert [q.id for q in schedule.queue([ask(id="a"), ask(id="b")], cram=True)] == ["b", "a"]


def test_due_cards_come_first_then_new_ones_within_the_limits(clock, ask) -> None:
    schedule = schedule_at(clock, settings=StudySettings(fuzz=False, new_per_day=2, reviews_per_day=2))
    questions = [ask(id=f"q{n}") for n in range(8)]
    assert [q.id for q in schedule.queue(questions)] == ["q0", "q1"]
    for card in ("q3", "q2", "q1"):
        schedule.rate(card, 4)
        clock.forward(hours=1)
    assert schedule.queue(questions) == []  # three new ones were begun today
    clock.forward(days=20)
    assert [q.id for q in schedule.queue(questions)] == ["q3", "q2", "q0", "q4"]
    counts = schedule.counts(questions)
    assert (counts.due, counts.new, counts.waiting, counts.total) == (2, 2, 4, 8)
    schedule.rate("q3", 4)
    assert [q.id for q in schedule.queue(questions)] == ["q2", "q0", "q4"]


def test_learning_steps_come_back_within_the_session(clock, ask) -> None:
    schedule = schedule_at(clock)
    questions = [ask(id="a")]
    schedule.rate("a", 1)
    assert schedule.queue(questions) == []
    assert schedule.counts(questions).next_due == clock.at + timedelta(minutes=1)
    clock.forward(minutes=1)
    assert schedule.queue(questions) == questions


def test_a_review_is_due_from_the_morning_of_its_day(clock, ask) -> None:
    schedule = schedule_at(clock)
    clock.at = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
    schedule.rate("a", 4)  # due in eight days, at nine in the evening
    clock.at = datetime(2026, 3, 9, 23, 59, tzinfo=UTC)
    assert not schedule.status("a").is_due
    clock.at = datetime(2026, 3, 10, 0, 1, tzinfo=UTC)
    assert schedule.status("a").is_due


def test_after_ten_days_away_it_says_what_is_due_and_why(clock) -> None:
    schedule = schedule_at(clock)
    schedule.rate("a", 3)
    clock.forward(minutes=10)
    schedule.rate("a", 3)
    clock.forward(days=12)
    status = schedule.status("a")
    assert status.label == "due"
    assert status.why.startswith("due 10 d ago; last answered 12 d ago, ")
    assert status.why.endswith("% likely to be remembered")
    assert schedule.status("b").why == "new: you have not answered it yet"


def test_bury_until_tomorrow_suspend_until_asked_back_and_flag(clock, ask) -> None:
    schedule = schedule_at(clock)
    questions = [ask(id="a"), ask(id="b"), ask(id="c")]
    schedule.bury("a")
    schedule.suspend("b")
    schedule.flag("c")
    assert [q.id for q in schedule.queue(questions)] == ["c"]
    assert [schedule.status(card).label for card in "abc"] == ["buried", "suspended", "new"]
    assert schedule.status("c").flagged
    clock.at = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert [q.id for q in schedule.queue(questions)] == ["a", "c"]
    schedule.suspend("b", False)
    assert [q.id for q in schedule.queue(questions)] == ["a", "b", "c"]


def test_a_card_forgotten_eight_times_is_a_leech(clock) -> None:
    schedule = schedule_at(clock)
    schedule.rate("a", 4)
    for lapse in range(8):
        assert not schedule.status("a").leech
        assert schedule.status("a").memory.lapses == lapse
        clock.forward(days=30)
        schedule.rate("a", 1)
        clock.forward(minutes=10)
        schedule.rate("a", 3)
    assert schedule.status("a").leech
    assert schedule.status("a").weak


def test_filters_narrow_what_is_studied(clock, ask) -> None:
    schedule = schedule_at(clock)
    loop = ask(
        id="zero-grad", level="advanced", topic="The loop", tags=["optimizer"], question="Why `zero_grad`?"
    )
    data = ask(id="mrpc", level="basic", topic="The data", tags=["corpus"], question="What about [CLS]?")
    questions = [data, loop]

    def ids(**want) -> list[str]:
        return [question.id for question in schedule.queue(questions, Filter(**want))]

    assert ids() == ["mrpc", "zero-grad"]
    assert ids(levels=["advanced"]) == ["zero-grad"]
    assert ids(topics=["The data"]) == ["mrpc"]
    assert ids(tags=["optimizer", "none"]) == ["zero-grad"]
    assert ids(text="[cls]") == ["mrpc"]
    assert ids(text="why loop") == ["zero-grad"]
    assert ids(weak=True) == []
    assert ids(due=True) == []
    schedule.rate("mrpc", 2)
    clock.forward(minutes=30)
    assert ids(weak=True) == ["mrpc"]
    assert ids(due=True) == ["mrpc"]
    schedule.flag("zero-grad")
    assert ids(flagged=True) == ["zero-grad"]


def test_another_desired_retention_moves_every_card_at_once(clock) -> None:
    store = Store(None, now=clock)
    schedule_at(clock, store).rate("a", 4)
    sure = schedule_at(clock, store, StudySettings(fuzz=False, desired_retention=0.97)).status("a").due
    lax = schedule_at(clock, store, StudySettings(fuzz=False, desired_retention=0.8)).status("a").due
    assert sure is not None
    assert lax is not None
    assert sure < lax


def test_settings_are_remembered_and_bounded(store: Store) -> None:
    chosen = StudySettings(desired_retention=0.85, interview_date=date(2026, 4, 1), new_per_day=5)
    chosen.save(store)
    assert StudySettings.load(store) == chosen
    with pytest.raises(msgspec.ValidationError, match="desired_retention"):
        StudySettings(desired_retention=0.2).save(store)
    assert Schedule(store).settings == chosen


# The interview date ---------------------------------------------------------------------------------------


@given(
    reviewed=st.datetimes(datetime(2026, 1, 1), datetime(2026, 5, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"]),
    card=st.text(min_size=1),
)
def test_the_last_call_is_after_the_review_and_before_the_interview(reviewed, zone: str, card: str) -> None:
    there, interview = ZoneInfo(zone), date(2026, 6, 1)
    call = last_call(card, reviewed, interview, there)
    if local_day(reviewed, there) >= interview - timedelta(days=1):
        assert call is None
    else:
        assert call is not None
        assert call > reviewed
        assert local_day(reviewed, there) < local_day(call, there) < interview


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), days=st.integers(3, 45))
def test_every_card_comes_round_before_the_interview(make_clock, ask, seed: int, days: int) -> None:
    clock, rng = make_clock(), random.Random(seed)
    interview = clock().date() + timedelta(days=days)
    questions = [ask(id=f"question-{n}") for n in range(25)]
    schedule = schedule_at(clock, settings=StudySettings(interview_date=interview, new_per_day=3))
    last: dict[str, date] = {}
    while clock().date() < interview:
        assert schedule.days_to_interview() == (interview - clock().date()).days
        for _ in range(4):  # a few sittings a day, each until nothing is due
            for question in schedule.queue(questions):
                schedule.rate(question.id, rng.choices([1, 2, 3, 4], [1, 1, 6, 2])[0])
                last[question.id] = clock().date()
            clock.forward(hours=1)
        clock.at = day_start(clock().date() + timedelta(days=1), UTC) + timedelta(hours=9)
    assert set(last) == {question.id for question in questions}
    assert min(last.values()) >= interview - timedelta(days=7)
    assert schedule.days_to_interview() == 0
    clock.forward(days=1)
    assert schedule.days_to_interview() is None


def test_the_cap_is_shown_on_the_key_and_said(clock) -> None:
    schedule = schedule_at(clock, settings=StudySettings(fuzz=False, interview_date=date(2026, 3, 6)))
    assert schedule.previews("a")[4].due < datetime(2026, 3, 6, tzinfo=UTC)
    schedule.rate("a", 4)
    status = schedule.status("a")
    assert status.capped
    assert status.memory.due is not None
    assert status.memory.due > datetime(2026, 3, 6, tzinfo=UTC)  # what FSRS itself says is kept beside it
    clock.forward(days=3)
    assert "before the interview" in schedule.status("a").why


def test_the_schedule_is_there_again_after_a_restart(tmp_path: Path, clock) -> None:
    with Store(tmp_path / FILE_NAME, now=clock) as store:
        schedule_at(clock, store).rate("a", 3)
        before = schedule_at(clock, store).status("a")
    with Store(tmp_path / FILE_NAME, now=clock) as store:
        assert schedule_at(clock, store).status("a") == before


def test_weakness_leans_an_interview_towards_what_is_not_known(clock) -> None:
    schedule = schedule_at(clock)
    for rating in (3, 3, 4):
        schedule.rate("known", rating)
        clock.forward(days=20)
    schedule.rate("known", 4)
    schedule.rate("shaky", 1)
    found = schedule.weakness(["known", "shaky", "new"])
    assert found["known"] < found["new"] < found["shaky"] <= 1


def test_settings_that_cannot_be_used_are_said_and_not_used(store: Store) -> None:
    store.put("study", {"desired_retention": 7})
    assert StudySettings.load(store) == StudySettings()
    assert "desired_retention" in store.notices[0]


def test_an_answer_that_is_no_proper_text_is_still_kept(clock) -> None:
    schedule = schedule_at(clock)
    schedule.rate("a", 3, answer="half a \ud83d face")
    assert schedule.store.reviews()[0].answer == "half a ? face"


def test_ratings_within_one_tick_of_the_clock_keep_their_order(clock) -> None:
    schedule = schedule_at(clock)
    for rating in (1, 2, 3, 4) * 5:
        schedule.rate("a", rating)
    assert [review.rating for review in schedule.store.reviews()] == [1, 2, 3, 4] * 5
