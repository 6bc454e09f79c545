"""Choosing what to study: counted as one chooses, started with one key."""

from datetime import date, timedelta

from app.study.schedule import StudySettings
from app.tui.screens.bank import BankScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.screens.study_setup import StudySetup
from app.tui.widgets.ticks import Ticks
from tests.tui.scripted import seen, until


async def choose(app, pilot) -> StudySetup:
    screen = StudySetup(app.context)
    await app.push_screen(screen)
    await until(pilot, lambda: "What to study" in seen(app))
    return screen


async def tick(pilot, screen: StudySetup, *value: str) -> None:
    """Go to an entry with the arrow keys and tick it."""
    ticks = screen.query_one(Ticks)
    while ticks.values[ticks.highlighted or 0] != value:
        await pilot.press("down")
    await pilot.press("space")
    await pilot.pause()


async def put(pilot, screen: StudySetup, name: str, text: str) -> None:
    field = screen.query_one(f"#{name}")
    field.focus()
    await pilot.press("ctrl+u", *text)
    await pilot.pause()


async def test_the_choice_is_counted_and_started(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choose(app, pilot)
        assert "0 due · 2 new" in seen(app)
        await tick(pilot, screen, "level", "advanced")
        shown = seen(app)
        assert "0 due · 1 new" in shown and "✓ advanced · 1" in shown
        await tick(pilot, screen, "tag", "[tag]")  # nothing is advanced and has this tag
        assert "0 due · 0 new" in seen(app)
        await pilot.press("enter")
        assert app.screen is screen
        await pilot.press("space", "enter")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        assert [question.id for question in app.screen.questions] == ["zero-grad"]
        assert app.screen.mode == "quiz"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BankScreen))


async def test_words_are_searched_as_they_are_typed(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choose(app, pilot)
        await pilot.press("slash", *"stale sum", "enter")
        await until(pilot, lambda: app.screen is not screen)
        assert [question.id for question in app.screen.questions] == ["zero-grad"]


async def test_cramming_leaves_the_schedule_alone(make_app):
    app = make_app()
    app.context.schedule.rate("zero-grad", 4)
    due = app.context.schedule.status("zero-grad").due
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choose(app, pilot)
        await tick(pilot, screen, "level", "advanced")
        assert "0 due · 0 new" in seen(app) and "tick cram" in seen(app)
        await tick(pilot, screen, "how", "cram")
        assert "1 to cram" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        await pilot.press("enter", "1")
        await until(pilot, lambda: isinstance(app.screen, BankScreen))
        assert [review.mode for review in app.context.store.reviews()] == ["quiz", "cram"]
        assert app.context.schedule.status("zero-grad").due == due


async def test_settings_are_kept(make_app):
    app = make_app()
    soon = date.today() + timedelta(days=9)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await choose(app, pilot)
        await put(pilot, screen, "new_per_day", "1")
        assert "0 due · 1 new" in seen(app)  # the limit is felt before it is kept
        await put(pilot, screen, "desired_retention", "85%")
        await put(pilot, screen, "interview_date", soon.isoformat())
        assert "Interview in 9 days" in seen(app)
        await pilot.press("ctrl+s")
        kept = StudySettings.load(app.context.store)
        assert (kept.new_per_day, kept.desired_retention, kept.interview_date) == (1, 0.85, soon)
        assert app.context.schedule.settings == kept
        await pilot.press("escape")
        await until(pilot, lambda: "interview in 9 days" in seen(app))


async def test_a_wrong_field_is_named_and_nothing_is_changed(make_app):
    app = make_app()
    before = app.context.schedule.settings
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await choose(app, pilot)
        for name, text, said in (
            ("desired_retention", "2", "from 0.7 to 0.99, not 2"),
            ("interview_date", "next [week]", "a day such as 2026-12-31, or nothing, not next [week]"),
            ("reviews_per_day", "-1", "a whole number, 0 or more, not -1"),
        ):
            field = screen.query_one(f"#{name}")
            good = field.value
            await put(pilot, screen, name, text)
            assert said in str(screen.query_one("#wrong").content)
            await pilot.press("enter")
            await pilot.pause()
            assert app.screen is screen and field.value == text
            await put(pilot, screen, name, good)
        assert app.context.schedule.settings == before


async def test_it_is_usable_in_a_small_terminal(make_app):
    app = make_app()
    async with app.run_test(size=(60, 15)) as pilot:
        await choose(app, pilot)
        shown = seen(app)
        assert "0 due · 2 new" in shown and "interview date" in shown and "Level" in shown
