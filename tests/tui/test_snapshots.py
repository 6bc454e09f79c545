"""What the screens look like at 60×15, 80×24 and 120×40.

Renew the pictures with `pytest tests/tui/test_snapshots.py --snapshot-update`, and look at them.
"""

from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from app.faults.case import draw
from app.study.interview import Interview
from app.study.schedule import Schedule, StudySettings
from app.tui.screens.fault import FaultScreen
from app.tui.screens.interview import InterviewScreen
from app.tui.screens.interview_setup import InterviewSetup
from app.tui.screens.lab import LabScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.screens.scorecard import ScoreCardScreen
from app.tui.screens.statistics import StatisticsScreen
from app.tui.screens.study_setup import StudySetup
from app.tui.widgets.question_list import QuestionList
from tests.tui.looking import opened
from tests.tui.scripted import drawn, seen, until

SIZES = [(60, 15), (80, 24), (120, 40)]
TODAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still(monkeypatch):
    """Clocks stand, so that two drawings of one screen are the same."""
    monkeypatch.setattr("app.tui.screens.quiz.monotonic", lambda: 0.0)
    monkeypatch.setattr("app.tui.screens.fault.monotonic", lambda: 0.0)
    monkeypatch.setattr("app.tui.widgets.run_line.perf_counter", lambda: 0.0)


@pytest.mark.parametrize("size", SIZES)
def test_bank(make_app, snap_compare, size):
    async def look(pilot):
        pilot.app.screen.query_one(QuestionList).go_to("zero-grad")
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_quiz_revealed(make_app, snap_compare, size):
    async def look(pilot):
        pilot.app.ask("zero-grad")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuizScreen))
        await pilot.press("t")
        pilot.app.screen.query_one("#typed").text = "They accumulate."
        await pilot.press("ctrl+s", "enter")
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_quiz_tells_what_is_wrong_and_asks_on(make_app, snap_compare, size):
    async def look(pilot):
        pilot.app.ask("zero-grad")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuizScreen))
        await pilot.press("t")
        pilot.app.screen.query_one("#typed").text = "They accumulate, but it only makes training slower."
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_lab_with_its_verdict(make_app, snap_compare, size):
    async def look(pilot):
        app = pilot.app
        lab = LabScreen(app.context, app.context.bank.by_id["zero-grad"], predicted="learns worse")
        app.push_screen(lab)
        await until(pilot, lambda: lab.state == "done" and "1 run" in seen(app))
        await drawn(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_look(make_app, snap_compare, size):
    async def look(pilot):
        screen = await opened(pilot.app, pilot)
        for key in ("]", ".", ".", "."):
            await pilot.press(key)
            await until(pilot, lambda: screen.state == "stopped")
        await drawn(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


def a_month_of_study(app) -> None:
    """Both questions reviewed for four weeks until `TODAY`; one of them keeps being forgotten."""
    at = [TODAY]
    schedule = Schedule(app.context.store, StudySettings(fuzz=False), now=lambda: at[0], zone=UTC)
    for days in (28, 21, 14, 7, 3, 0):
        at[0] = TODAY - timedelta(days=days)
        for card, rating in [("zero-grad", 1), ("zero-grad", 3), ("brackets", 3)]:
            schedule.rate(card, rating, seconds=45)
    app.context.schedule = schedule


@pytest.mark.parametrize("size", SIZES)
def test_statistics(make_app, snap_compare, size):
    async def look(pilot):
        a_month_of_study(pilot.app)
        screen = StatisticsScreen(pilot.app.context)
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.found is not None)
        await drawn(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_study_setup(make_app, snap_compare, size):
    async def look(pilot):
        a_month_of_study(pilot.app)
        await pilot.app.push_screen(StudySetup(pilot.app.context))
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_interview_setup(make_app, snap_compare, size, monkeypatch):
    monkeypatch.setattr("app.tui.screens.interview_setup.randrange", lambda below: 7)

    async def look(pilot):
        await until(pilot, lambda: "BERT on MRPC" in seen(pilot.app))  # the list shows around it
        screen = InterviewSetup(pilot.app.context)
        await pilot.app.push_screen(screen)
        for field in screen.query(Input):
            field.cursor_blink = False
        await until(pilot, lambda: "2 questions: 1 basic" in seen(pilot.app))

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


async def interviewed(pilot) -> InterviewScreen:
    """An interview on the screen whose clock stands, its first question answered in a few words."""
    questions = [pilot.app.context.bank.by_id[id] for id in ("zero-grad", "brackets")]
    screen = InterviewScreen(pilot.app.context, Interview(questions, minutes=10, now=lambda: TODAY))
    await pilot.app.push_screen(screen)
    await pilot.pause()
    await pilot.press("t", *"the gradients accumulate", "ctrl+s")
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES)
def test_interview_asks_further(make_app, snap_compare, size):
    async def look(pilot):
        await interviewed(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_score_card(make_app, snap_compare, size):
    async def look(pilot):
        screen = await interviewed(pilot)
        screen.interview.end()
        pilot.app.push_screen(ScoreCardScreen(pilot.app.context, screen.interview.score()))
        await drawn(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keys", [("1",), ("a", "v")], ids=["looking", "revealed"])
def test_find_the_fault(make_app, snap_compare, size, keys, cases, monkeypatch):
    # One hand for all, so that a new wording leaves the pictures alone.
    monkeypatch.setattr("app.faults.case.reworded", lambda pages, *_: list(pages))
    monkeypatch.setattr("app.faults.case.DECOY", 0.0)

    async def look(pilot):
        await pilot.app.push_screen(FaultScreen(pilot.app.context, draw(7, "intermediate")))
        await pilot.press(*keys)
        await drawn(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=look)
