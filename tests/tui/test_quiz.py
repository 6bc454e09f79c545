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
        app.screen.query_one("#typed").text = "The gradients accumulate."
        await pilot.press("ctrl+s")
        await pilot.pause()
        shown = seen(app)
        assert "✓ gradients add up across steps" in shown and "1 of 2 named" in shown
        assert "the direction is stale" not in shown
        await pilot.press("enter")
        await pilot.pause()
        shown = seen(app)
        assert "○ the direction is stale" in shown
        assert "▸2 hard" in shown  # one point of two
        await pilot.press("3")
        (review,) = app.context.store.reviews()
        assert review.answer == "The gradients accumulate." and review.rating == 3


async def check(app, pilot, text: str) -> str:
    """Type this as the answer to the question about `zero_grad`, have it checked, and see what is shown."""
    if not isinstance(app.screen, QuizScreen):
        app.ask("zero-grad")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
    await pilot.press("t")
    app.screen.query_one("#typed").text = text
    await pilot.press("ctrl+s")
    await pilot.pause()
    return " ".join(seen(app).split())


async def test_what_was_missed_is_asked_once_more_and_graded_again(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await check(app, pilot, "they accumulate")
        assert "And: How old is what is followed?" in shown
        assert not app.screen.is_revealed
        shown = await check(app, pilot, "they accumulate, and old gradients are stale")
        assert app.screen.is_revealed
        assert "✓ the direction is stale" in shown and "▸4 easy" in shown
        await pilot.press("4")
        (review,) = app.context.store.reviews()
        assert review.answer == "they accumulate, and old gradients are stale"


async def test_the_second_try_is_the_last(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await check(app, pilot, "I do not know")
        shown = await check(app, pilot, "I still do not know")
        assert app.screen.is_revealed and "▸1 again" in shown


async def test_what_only_resembles_a_point_is_asked_about_and_counts_as_answered(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await check(app, pilot, "They accumulate. You follow a gradient of the past.")
        assert "You wrote “You follow a gradient of the past”. Did you say this?" in shown
        assert "the direction is stale y / n" in shown
        await pilot.press("y")
        await pilot.pause()
        shown = " ".join(seen(app).split())
        assert "✓ the direction is stale" in shown and "▸4 easy" in shown


async def test_a_point_that_was_not_meant_stays_missed(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await check(app, pilot, "They accumulate. You follow a gradient of the past.")
        await pilot.press("n")
        await pilot.pause()
        assert "And: How old is what is followed?" in " ".join(seen(app).split())
        await pilot.press("enter")
        await pilot.pause()
        shown = " ".join(seen(app).split())
        assert "○ the direction is stale" in shown and "▸2 hard" in shown


async def test_what_is_wrong_is_told_with_what_is_true_and_the_run_is_offered(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await check(app, pilot, "They accumulate, but it only makes training slower.")
        assert "✗ You wrote “it only makes training slower”." in shown
        assert "In truth:" in shown and "Press r and see." in shown
        quiz = app.screen
        await pilot.press("r")
        await until(pilot, lambda: app.screen is not quiz)
        assert app.screen.question.id == "zero-grad"


async def test_a_denied_mistake_is_none(make_app) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await check(app, pilot, "They accumulate. It doesn't make training slower.")
        assert "You wrote" not in shown


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


async def test_what_would_prove_a_question_begins_once_it_is_read(make_app, monkeypatch):
    monkeypatch.setattr("app.tui.screens.quiz.READING_SECONDS", 0.01)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        pool = app.context.pool
        app.ask("zero-grad")
        await until(pilot, lambda: pool.ahead)
        (request,) = pool.ahead
        given_up = pool.given_up
        await pilot.press("r", "r")
        await until(pilot, lambda: getattr(app.screen, "state", "") == "done")
        assert {asked.variant: asked.page for asked in pool.requests} == request.pages
        await pilot.press("escape")
        assert pool.given_up == given_up, "not before the question is left"
        await pilot.press("escape")
        await until(pilot, lambda: pool.given_up > given_up)


async def test_nothing_begins_for_a_question_that_is_leafed_past_or_has_nothing_to_run(make_app, monkeypatch):
    monkeypatch.setattr("app.tui.screens.quiz.READING_SECONDS", 0.01)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.ask("brackets")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        await until(pilot, lambda: not [one for one in app.workers if one.group == "ahead"])
        monkeypatch.setattr("app.tui.screens.quiz.READING_SECONDS", 60.0)
        app.ask("zero-grad")
        await until(pilot, lambda: app.screen.question.id == "zero-grad")
        await pilot.press("escape")
        await until(pilot, lambda: not [one for one in app.workers if one.group == "ahead"])
        assert not app.context.pool.ahead
