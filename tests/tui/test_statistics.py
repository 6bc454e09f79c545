"""The statistics screen: what the log says, at every size, and what will be there before there is one."""

from datetime import UTC, datetime, timedelta

import pytest

from app.study.records import Prediction
from app.study.schedule import Schedule, StudySettings
from app.tui.screens.quiz import QuizScreen
from app.tui.screens.statistics import StatisticsScreen
from app.tui.widgets.charts import bar, columns
from tests.tui.scripted import drawn, seen, until


def study(app) -> None:
    """Four weeks of both questions; one of them keeps being forgotten."""
    now = datetime.now(UTC)
    at = [now]
    schedule = Schedule(app.context.store, StudySettings(fuzz=False), now=lambda: at[0])
    for days in (28, 21, 14, 7, 3, 0):
        at[0] = now - timedelta(days=days)
        schedule.rate("zero-grad", 1, seconds=60)
        schedule.rate("zero-grad", 3, seconds=60)
        schedule.rate("zero-grad", 4, seconds=60)
        schedule.rate("brackets", 3, seconds=30)
    schedule.rate("zero-grad", 2, seconds=60)
    for actual in ("diverges", "learns worse"):
        app.context.store.add(
            Prediction(question="zero-grad", predicted="diverges", actual=actual, at=datetime.now(UTC))
        )


async def everything(app, pilot) -> str:
    """The whole page, read screen by screen."""
    await until(pilot, lambda: isinstance(app.screen, StatisticsScreen) and app.screen.found is not None)
    await drawn(pilot)
    page = app.screen.query_one("#statistics")
    shown = [seen(app)]
    while page.scroll_y < page.max_scroll_y:
        page.scroll_to(y=page.scroll_y + page.size.height, animate=False)
        await pilot.pause()
        shown.append(seen(app))
    return "\n".join(shown)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_what_the_log_says(make_app, size):
    app = make_app()
    study(app)
    async with app.run_test(size=size) as pilot:
        app.push_screen(StatisticsScreen(app.context))
        shown = await everything(app, pilot)
        found = app.screen.found
        assert f"{found.retention.true:.0%} of {found.retention.reviews} remembered" in shown
        assert f"{found.retention.predicted:.0%} predicted" in shown
        assert "% by week" in shown and "remembered" in shown
        assert "2 of 2 questions seen" in shown
        assert "Coming due" in shown and "█" in shown
        assert "1 day in a row, the longest 1 day" in shown
        assert "What goes wrong if" in shown and "forgotten" in shown
        assert "1 of 2 right" in shown
        assert "1:00 at the median of 19" in shown and "0:30 at the median of 6" in shown


async def test_weak_spots_are_one_key_away(make_app):
    app = make_app()
    study(app)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(StatisticsScreen(app.context))
        await until(pilot, lambda: "Study the weak spots" in seen(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        assert [question.id for question in app.screen.questions] == ["zero-grad"]


async def test_before_the_first_rating_it_says_what_will_be_here(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(StatisticsScreen(app.context))
        await until(pilot, lambda: "Nothing has been rated yet" in seen(app))
        await until(pilot, lambda: "retention" in seen(app))
        await until(pilot, lambda: "streak" in seen(app))  # painted by itself
        await until(pilot, lambda: "Study the weak spots" not in seen(app))  # so is the footer


def test_bars_and_columns_carry_their_values():
    assert bar(0, 4) == "╌╌╌╌" and bar(0.5, 4) == "██╌╌" and bar(2, 4) == "████"
    assert columns([0, 1, 2, 4], 2) == ["      █", "  ▄ █ █"]
    assert columns([1000, 1], 1) == ["█ ▁"] and columns([0, 0], 1) == ["   "]
