"""What the screens look like at 60×15, 80×24 and 120×40.

Renew the pictures with `pytest tests/tui/test_snapshots.py --snapshot-update`, and look at them.
"""

import pytest

from app.tui.screens.lab import LabScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.widgets.question_list import QuestionList
from tests.tui.scripted import until

SIZES = [(60, 15), (80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def still(monkeypatch):
    """Clocks stand, so that two drawings of one screen are the same."""
    monkeypatch.setattr("app.tui.screens.quiz.monotonic", lambda: 0.0)
    monkeypatch.setattr("app.tui.screens.lab.perf_counter", lambda: 0.0)


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
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_lab_with_its_verdict(make_app, snap_compare, size):
    async def look(pilot):
        app = pilot.app
        lab = LabScreen(app.context, app.context.bank.by_id["zero-grad"], predicted="learns worse")
        app.push_screen(lab)
        await until(pilot, lambda: lab.state == "done")
        await pilot.pause(0.3)  # the room is shared out anew once the verdict stands

    assert snap_compare(make_app(), terminal_size=size, run_before=look)
