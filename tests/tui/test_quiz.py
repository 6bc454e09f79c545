"""The quiz: recall, type, hint, reveal, rate, undo; every rating is kept as its key is pressed."""

from app.tui.screens.bank import BankScreen
from app.tui.screens.quiz import QuizScreen
from tests.tui.scripted import seen, until


async def test_recall_reveal_rate_undo(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        first = app.screen.question.id
        assert "1 of 2" in seen(app)
        await pilot.press("3")  # not before the answer was revealed
        assert not app.context.store.reviews()
        await pilot.press("enter")
        await pilot.pause()
        assert "3 good" in seen(app)
        await pilot.press("3")
        (review,) = app.context.store.reviews()
        assert (review.card, review.rating) == (first, 3)
        assert app.screen.question.id != first
        await pilot.press("u")
        assert not app.context.store.reviews()
        assert app.screen.question.id == first
        await pilot.press("enter", "4", "enter", "1")
        await until(pilot, lambda: isinstance(app.screen, BankScreen))
        assert [r.rating for r in app.context.store.reviews()] == [4, 1]


async def test_a_typed_answer_is_held_against_the_key_points(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.ask("zero-grad")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        await pilot.press("t")
        app.screen.query_one("#typed").text = "The gradients accumulate over the batches."
        await pilot.press("ctrl+s")
        await pilot.pause()
        shown = seen(app)
        assert "✓ gradients add up across steps" in shown
        assert "○ the direction is stale" in shown
        assert "▸2 hard" in shown  # one point of two
        await pilot.press("3")
        (review,) = app.context.store.reviews()
        assert review.answer == "The gradients accumulate over the batches." and review.rating == 3


async def test_hints_open_one_at_a_time_and_are_remembered(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask("zero-grad")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        await pilot.press("h")
        await pilot.pause()
        assert "What does backward do" in seen(app) and "How old" not in seen(app)
        await pilot.press("h", "enter", "2")
        (review,) = app.context.store.reviews()
        assert review.hints == 2


async def test_what_was_proven_is_kept_with_the_rating(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.ask("zero-grad")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        quiz = app.screen
        await pilot.press("enter", "r")
        await until(pilot, lambda: app.screen is not quiz)
        lab = app.screen
        await pilot.press("2")
        await until(pilot, lambda: lab.state == "done")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is quiz)
        await pilot.press("3")
        (review,) = app.context.store.reviews()
        assert (review.predicted, review.actual) == ("learns worse", "diverges")
