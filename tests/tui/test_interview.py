"""The mock interview: held by keyboard alone, and nothing of it is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.files import home
from app.study.cards import LEECH_LAPSES
from app.study.interview import Interview, plan
from app.study.records import SavedInterview
from app.study.scorecard import ScoreCard
from app.study.store import StoreError
from app.tui.screens.bank import BankScreen
from app.tui.screens.interview import InterviewScreen
from app.tui.screens.interview_end import EndScreen
from app.tui.screens.interview_setup import InterviewSetup, draw
from app.tui.screens.lab import LabScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.screens.scorecard import ScoreCardScreen
from app.tui.widgets.curves import Curves
from tests.tui.scripted import seen, until

SIZE = (80, 24)


class Now:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


async def begin(app, pilot, *ids: str, now=None) -> InterviewScreen:
    """An interview over these questions, on the screen."""
    questions = [app.context.bank.by_id[id] for id in ids]
    times = {"now": now} if now else {}
    screen = InterviewScreen(app.context, Interview(questions, minutes=10, **times))
    await app.push_screen(screen)
    await pilot.pause()
    return screen


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def write(pilot, text: str) -> None:
    await press(pilot, "t")
    await pilot.press(*text)
    await press(pilot, "ctrl+s")


def refuse(*_: object) -> None:
    raise StoreError("The disk is full.")


def saved(app) -> list[ScoreCard]:
    return [ScoreCard.load(record) for record in app.context.store.all(SavedInterview)]


async def test_a_whole_interview_by_keyboard(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(InterviewSetup(app.context))
        await until(pilot, lambda: "2 questions: 1 basic, 1 advanced" in seen(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, InterviewScreen))
        shown = seen(app)
        assert "1 of 2" in shown and "left" in shown
        assert "[CLS], [/SEP], P[Y=1|x] and x[i:j]" in " ".join(shown.split())
        assert "a slice" not in shown
        await press(pilot, "3")  # nothing is rated before the answer was given
        assert not app.context.store.reviews()
        await press(pilot, "a")
        assert "a slice" in seen(app)
        await press(pilot, "3")
        await until(pilot, lambda: "2 of 2" in seen(app))
        await write(pilot, "the gradients accumulate")
        shown = seen(app)
        assert "1 of 2 named" in shown
        assert "How old is what is followed?" in shown and "the direction is stale" not in shown
        await press(pilot, "enter")
        assert "the direction is stale" in seen(app)
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))

        spoken, typed = app.context.store.reviews()
        assert (spoken.card, spoken.rating, spoken.answer) == ("brackets", 3, None)
        assert (typed.card, typed.answer) == ("zero-grad", "the gradients accumulate")
        assert {spoken.mode, typed.mode} == {"interview"}
        (card,) = saved(app)
        assert [turn.kind for turn in card.turns] == ["question", "question", "probe"]
        assert card.overall == pytest.approx((0.8 + 0.75) / 2, abs=0.001)
        shown = seen(app)
        assert "The training loop" in shown and f"{card.overall:.0%}" in shown


async def test_the_report_is_on_disk_and_stands_by_itself(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "zero-grad")
        await press(pilot, "p")
        lab = app.screen
        assert isinstance(lab, LabScreen)
        await press(pilot, "1")
        await until(pilot, lambda: lab.state == "done")
        await press(pilot, "escape")
        assert "proven: diverges" in seen(app)
        await write(pilot, "it accumulates stale gradients")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        (review,) = app.context.store.reviews()
        assert (review.predicted, review.actual) == ("diverges", "diverges")
        (card,) = saved(app)
        (proof,) = card.proofs
        assert proof.result.outcome == "diverges"
        assert len(proof.result.losses["cleared"]) == 60 and "bundled" in proof.result.source
        assert len(app.screen.query(Curves)) == 1

        markdown, page = app.screen.kept.files
        assert markdown.parent == page.parent == home() / "reports"
        assert "it accumulates stale gradients" in markdown.read_text(encoding="utf-8")
        html = page.read_text(encoding="utf-8")
        assert "<polyline" in html and f"{proof.result.experiment}: diverges" in html
        assert not re.search(r"<link|<script|@import|\bsrc=|url\(", html)
        app.screen.query_one("#scores").scroll_end(animate=False)
        await until(pilot, lambda: markdown.name in seen(app).replace("\n", ""))


async def test_a_proof_is_what_the_lab_came_to_whether_or_not_it_could_be_kept(make_app, monkeypatch):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad")
        monkeypatch.setattr(app.context.store, "add", refuse)
        await press(pilot, "p")
        lab = app.screen
        await press(pilot, "1")
        await until(pilot, lambda: lab.state == "done")
        await press(pilot, "escape")
        (proof,) = screen.interview.proofs
        assert proof.result is lab.result and proof.was_predicted


async def test_what_was_not_ticked_is_asked_further(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad")
        await press(pilot, "enter")
        shown = seen(app)
        assert "What does backward do?" in shown and "How old is what is followed?" in shown
        assert "the direction is stale" not in shown  # the hints alone give nothing away
        await press(pilot, "space")
        assert "✓ What does backward do?" in seen(app)
        await press(pilot, "2")
        assert screen.state.prompt.kind == "probe" and screen.state.prompt.point == 1
        await press(pilot, "enter", "n")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        (card,) = saved(app)
        assert card.questions[0].named == ["gradients add up across steps"]
        assert card.questions[0].missed == ["the direction is stale"]
        assert "○ the direction is stale" in seen(app)


async def test_one_key_studies_just_what_to_revise(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "brackets", "zero-grad")
        await press(pilot, "a", "4", "s")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        assert "skipped" in seen(app)
        await press(pilot, "s")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        assert [question.id for question in app.screen.questions] == ["zero-grad"]
        await press(pilot, "escape")
        assert isinstance(app.screen, ScoreCardScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, BankScreen)


async def test_the_clock_runs_only_while_one_answers(make_app):
    app, now = make_app(), Now()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad", now=now)
        now.at += timedelta(seconds=30)
        await press(pilot, "space")
        assert "Paused" in seen(app) and "zero_grad" not in seen(app)
        now.at += timedelta(hours=1)
        await press(pilot, "space")
        assert "zero_grad" in seen(app)
        now.at += timedelta(seconds=10)
        await press(pilot, "p")
        now.at += timedelta(minutes=9)
        await press(pilot, "escape")
        assert isinstance(app.screen, InterviewScreen)
        await press(pilot, "enter")
        now.at += timedelta(hours=1)
        await press(pilot, "3")
        assert screen.interview.turns[0].seconds == 40
        assert screen.interview.clock.remaining == 560


async def test_when_time_is_up_the_answer_still_counts(make_app):
    app, now = make_app(), Now()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "brackets", "zero-grad", now=now)
        now.at += timedelta(minutes=11)
        await until(pilot, lambda: "time is up" in seen(app))
        await press(pilot, "enter", "space", "4")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        (card,) = saved(app)
        assert [question.question for question in card.questions] == ["brackets"]
        assert card.unreached == ["zero-grad"] and "1 question not reached" in seen(app)


async def test_escape_asks_and_nothing_typed_is_lost(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad")
        await press(pilot, "t", *"they add up", "escape")
        assert isinstance(app.screen, InterviewScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, EndScreen) and screen.interview.clock.paused
        await press(pilot, "escape")
        assert app.screen is screen and not screen.interview.clock.paused
        await press(pilot, "t")
        assert "they add up" in seen(app)
        await press(pilot, "escape", "escape", "e")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        (card,) = saved(app)
        assert card.turns[0].answer == "they add up"


async def test_an_interview_without_an_answer_leaves_nothing(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "zero-grad")
        await press(pilot, "escape", "e")
        await until(pilot, lambda: isinstance(app.screen, BankScreen))
        assert not saved(app) and not (home() / "reports").exists()


async def test_closing_the_app_keeps_what_was_answered(make_app, tmp_path):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "brackets", "zero-grad")
        await press(pilot, "a", "2", "t", *"they add up")
    again = make_app()
    (card,) = saved(again)
    assert [turn.answer for turn in card.turns] == [None, "they add up"]
    assert [review.card for review in again.context.store.reviews()] == ["brackets", "zero-grad"]
    again.context.store.close()


async def test_the_presenter_view_shows_the_question_and_nothing_else(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "brackets")
        await press(pilot, "v")
        await until(pilot, lambda: not screen.query_one("#clock").display)
        shown = seen(app)
        assert "of 1" not in shown and "Said it" not in shown and "is a probability" not in shown
        lines = [line.strip() for line in str(screen.query_one("#prompt").content).split("\n")]
        assert len(lines) > 2 and all(bool(line) == (at % 2 == 0) for at, line in enumerate(lines))
        await press(pilot, "a")
        await until(pilot, lambda: "is a probability" in seen(app))
        await press(pilot, "v")
        await until(pilot, lambda: "1 of 1" in seen(app))


async def test_a_rating_that_could_not_be_written_is_written_later(make_app, monkeypatch):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await begin(app, pilot, "brackets", "zero-grad")

        def full(*_):
            raise StoreError("The disk is full.")

        with monkeypatch.context() as broken:
            broken.setattr(app.context.store, "add", full)
            await press(pilot, "a", "2")
            assert any("disk is full" in toast.message for toast in app._notifications)
        assert not app.context.store.reviews()
        await press(pilot, "a", "3")
        assert [review.rating for review in app.context.store.reviews()] == [2, 3]


async def test_the_set_up_names_what_is_wrong_and_does_not_start(make_app):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await app.push_screen(InterviewSetup(app.context))
        await press(pilot, "backspace", "0", "enter")
        assert isinstance(app.screen, InterviewSetup)
        assert "minutes: from 1 to 600, not 0" in seen(app)
        await press(pilot, "tab", "tab", "right")
        assert "◂ basic ▸" in seen(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, BankScreen)


def test_a_seed_draws_the_same_questions_again(make_app):
    context = make_app().context
    one, two = (draw(context, count=1, seed=3) for _ in range(2))
    assert one.questions == two.questions
    with pytest.raises(ValueError, match="did you mean 'advanced'"):
        draw(context, level="advancd")


async def test_what_is_wrong_is_told_before_the_interview_goes_on(make_app) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad")
        await press(pilot, "t")
        screen.query_one("#said").text = "It only makes training slower."
        await pilot.pause()
        await press(pilot, "ctrl+s")
        shown = " ".join(seen(app).split())
        assert "You wrote “It only makes training slower”." in shown and "Press p and see." in shown
        assert screen.interview.clock.paused
        await press(pilot, "enter")
        assert screen.state.prompt.kind == "probe"
        (turn,) = screen.interview.turns
        assert turn.named == [] and turn.rating == 1


async def test_what_only_resembles_a_point_is_asked_about_and_counts_as_answered(make_app) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await begin(app, pilot, "zero-grad")
        await press(pilot, "t")
        screen.query_one("#said").text = "They accumulate. You follow a gradient of the past."
        await pilot.pause()
        await press(pilot, "ctrl+s")
        assert "Did you say this?" in " ".join(seen(app).split())
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(app.screen, ScoreCardScreen))
        (turn,) = saved(app)[0].turns
        assert turn.named == [0, 1] and turn.rating == 4


async def test_an_interview_leans_towards_what_the_schedule_finds_weak(make_app, monkeypatch) -> None:
    app = make_app()
    leant: list[dict[str, float]] = []

    def planned(questions, *, weakness, **wanted) -> Interview:
        leant.append(weakness)
        return plan(questions, weakness=weakness, **wanted)

    monkeypatch.setattr("app.tui.screens.interview_setup.plan", planned)
    schedule = app.context.schedule
    for _ in range(LEECH_LAPSES + 1):
        schedule.rate("zero-grad", 3)
        schedule.rate("zero-grad", 1)
    draw(app.context, seed=7)
    assert leant == [schedule.weakness(["zero-grad", "brackets"])]
    assert leant[0]["brackets"] == 0.6, "a new question is one to ask"
