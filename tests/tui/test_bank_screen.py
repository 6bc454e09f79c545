"""The first screen: list, search, preview, problems, sizes."""

from collections.abc import Callable

import pytest

from app.bank.load import load
from app.tui.screens.problems import ProblemsScreen
from app.tui.widgets.question_list import QuestionList
from tests.tui.scripted import seen, until


async def test_shows_levels_questions_and_the_page(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.query_one(QuestionList).go_to("zero-grad")
        await pilot.pause()
        shown = seen(app)
        assert "Advanced" in shown and "18" in shown and "new" in shown
        assert "the page, line" in shown and "optimizer.zero_grad()" in shown


async def test_search_answers_as_one_types(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"zero")
        await pilot.pause()
        assert [row.id for row in app.screen.query_one(QuestionList).rows] == ["zero-grad"]
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.screen.query_one(QuestionList).rows) == 4


async def test_down_leads_from_the_search_to_the_list_and_the_cursor_is_there_after_the_quiz(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "w", "h", "a", "t")
        await pilot.pause()
        questions = app.screen.query_one(QuestionList)
        second = questions.rows[1].id
        await pilot.press("down")
        assert (questions.has_focus, questions.question.id) == (True, second)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: questions.is_on_screen)
        await pilot.pause()
        assert questions.question.id == second


async def test_levels_fold(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert len(app.screen.query_one(QuestionList).rows) == 3


async def test_good_questions_stand_beside_broken_files(make_app, bank_file):
    (bank_file.parent / "broken.yaml").write_text("topic: [oh\nquestions: no", encoding="utf-8")
    app = make_app()
    app.context.bank.problems = load([bank_file.parent]).problems
    async with app.run_test(size=(80, 24)) as pilot:
        assert "in the bank (p)" in seen(app)
        await pilot.press("p")
        assert isinstance(app.screen, ProblemsScreen)
        await pilot.pause()
        assert "questions: no" in seen(app)  # the line itself, a caret under the place


async def test_a_saved_file_shows_in_place_and_a_broken_one_changes_nothing(make_app, bank_file):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        lists = app.screen.query_one(QuestionList)
        await until(pilot, lambda: any(worker.group == "bank" for worker in app.workers))
        good = bank_file.read_text(encoding="utf-8")

        async def save(text: str, shown: Callable[[], bool]) -> None:
            """Write until it is taken in: following may have begun after the first writing."""
            while not shown():
                bank_file.write_text(text, encoding="utf-8")
                await pilot.pause(0.3)

        changed = good.replace("is left out of the loop?", "is FORGOTTEN in the loop?")
        await save(changed, lambda: any("FORGOTTEN" in q.question for q in app.context.bank.questions))
        await until(pilot, lambda: any("FORGOTTEN" in getattr(row, "question", "") for row in lists.rows))
        await save(changed + "\n  - [", lambda: bool(app.context.bank.problems))
        assert any("FORGOTTEN" in question.question for question in app.context.bank.questions)


@pytest.mark.parametrize("size", [(39, 24), (80, 9)])
async def test_a_terminal_that_is_too_small_is_told_so(make_app, size):
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "40 × 10" in seen(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "40 × 10" not in seen(app)
