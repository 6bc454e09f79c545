"""Edits from outside viva's own bank run only after a yes, whichever way one comes to them."""

import pytest

from app.study.schedule import Filter
from app.tui.screens.consent import ConsentScreen
from app.tui.screens.interview import InterviewScreen
from app.tui.screens.interview_setup import draw
from app.tui.screens.lab import LabScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.widgets.question_list import QuestionList
from tests.tui.scripted import BANK, seen, until

HEAD, FIRST = BANK.partition("  - id: zero-grad")[::2]
FOREIGN = (HEAD + "  - id: zero-grad" + FIRST.partition("  - id: brackets")[0]).replace(
    "number: 18", "number: 99"
)
CARD = "foreign/zero-grad"


@pytest.fixture
def app(make_app, tmp_path, monkeypatch):
    """The app with one pack beside its own bank."""
    pack = tmp_path / "foreign" / "questions.yaml"
    pack.parent.mkdir()
    pack.write_text(FOREIGN, encoding="utf-8")
    app = make_app()
    app.context.extra = [pack.parent]
    app.context.reload()
    assert CARD in app.context.bank.by_id
    app.pack = pack
    return app


async def from_the_bank(app, pilot):
    app.screen.query_one(QuestionList).go_to(CARD)
    await pilot.press("r")


async def from_the_palette_and_the_quiz(app, pilot):
    await pilot.press("ctrl+p", *"99 What goes")
    await until(pilot, lambda: "99 What goes" in seen(app))
    await pilot.press("down", "enter")
    await until(pilot, lambda: isinstance(app.screen, QuizScreen))
    await pilot.press("enter", "r")


async def from_what_is_due(app, pilot):
    queue = app.context.schedule.queue(app.context.bank.questions, Filter(text="zero"))
    app.push_screen(QuizScreen(app.context, [question for question in queue if question.id == CARD]))
    await until(pilot, lambda: isinstance(app.screen, QuizScreen))
    await pilot.press("r")


async def from_an_interview(app, pilot):
    app.context.bank.questions = [app.context.bank.by_id[CARD]]
    app.push_screen(InterviewScreen(app.context, draw(app.context, count=1, seed=1)))
    await until(pilot, lambda: isinstance(app.screen, InterviewScreen))
    await pilot.press("a", "p")


async def with_a_prediction_made_before(app, pilot):
    app.push_screen(LabScreen(app.context, app.context.bank.by_id[CARD], predicted="diverges"))


WAYS = [
    from_the_bank,
    from_the_palette_and_the_quiz,
    from_what_is_due,
    from_an_interview,
    with_a_prediction_made_before,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_nothing_runs_before_a_yes(app, way):
    async with app.run_test(size=(120, 40)) as pilot:
        await way(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        await pilot.press("r", "1", "2", "enter", "space", "s", "e", "ctrl+r")
        assert isinstance(app.screen, ConsentScreen)
        await until(pilot, lambda: "optimizer.zero_grad()" in seen(app))
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, ConsentScreen | LabScreen))
        assert not app.context.pool.requests


async def test_a_yes_holds_for_just_that_content(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await from_the_bank(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        await pilot.press("1")
        await until(pilot, lambda: len(app.context.pool.requests) == 2)
        await until(pilot, lambda: app.screen.state == "done")
        await pilot.press("escape")
        # Saved again with another edit: the yes was not for this one.
        changed = FOREIGN.replace('new: ""', 'new: "        print(1)\\n"')
        assert changed != FOREIGN
        app.pack.write_text(changed, encoding="utf-8")
        app.bank_grew()
        await from_the_bank(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        assert "print(1)" in seen(app)
        assert len(app.context.pool.requests) == 2


async def test_a_folder_that_changes_before_the_run_is_asked_about_again(app, tmp_path):
    """The yes is checked as the run begins, not only as its plan is made."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "train.csv").write_text("one")
    foreign = FOREIGN.replace("experiment:\n", f"experiment:\n      set: {{data: {data}}}\n")
    assert foreign != FOREIGN
    app.pack.write_text(foreign, encoding="utf-8")
    app.context.reload()
    async with app.run_test(size=(120, 60)) as pilot:
        await from_the_bank(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        assert str(data) in seen(app).replace("\n", "")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        (data / "train.csv").write_text("two")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        assert not app.context.pool.requests
