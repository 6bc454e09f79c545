"""Find the fault with scripted workers: looking, accusing, mending, and what is kept until the reveal."""

import pytest

from app.faults.case import draw
from app.faults.mending import HEALTHY
from app.tui.screens.fault import FaultScreen
from app.tui.screens.fault_setup import FaultSetup
from app.tui.screens.quiz import QuizScreen
from app.tui.widgets.line_list import LineList
from experiments.engine.events import Bye, Eval, Event, Observed
from tests.faults.made import LEARNS, STUCK
from tests.tui.scripted import Asked, failing_run, hello, seen, steps, until, waiting_run

pytestmark = pytest.mark.usefixtures("cases")


def learning_run(request: Asked) -> list[Event | None]:
    """A page learns as the healthy one does, but where two statements stand in the sick order."""
    losses = STUCK if _is_sick(request.page) else LEARNS
    observed = {"measured accuracy": 0.86, "measured f1": 0.9, "trained": 1.0, "dropout": 1.0}
    told = [hello(request), *steps(request.variant, losses), Eval(request.variant, 0.86, 0.9, {})]
    return [*told, Observed(request.variant, observed), Bye(1.0, 10**8)]


def _is_sick(page: str) -> bool:
    return page.find("zero_grad") < page.find(".step()")


async def opened(app, pilot, level: str = "intermediate") -> FaultScreen:
    screen = FaultScreen(app.context, draw(7, level))
    await app.push_screen(screen)
    await pilot.pause()
    return screen


@pytest.fixture
def app(make_app):
    return make_app(learning_run)


async def test_a_case_is_drawn_from_the_first_screen(app):
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f")
        assert isinstance(app.screen, FaultSetup)
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.screen, FaultScreen))
        assert app.screen.case.level == "intermediate"


async def test_the_symptom_comes_first_and_nothing_names_the_fault(app):
    async with app.run_test(size=(120, 60)) as pilot:
        screen = await opened(app, pilot)
        (fault,) = screen.case.faults
        await pilot.press("1", "2", "3", "4", "a")
        await pilot.pause()
        shown = seen(app)
        assert fault.fault.symptom in shown and "recorded: 60 steps" in shown
        assert fault.id not in shown and "between backward and step" not in shown
        await pilot.press("v")
        await pilot.pause()
        assert fault.id in seen(app) and "between backward and step" in seen(app)


async def test_looks_cost_points_once(app):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("1", "1", "4")
        await until(pilot, lambda: "score 75" in seen(app))
        assert screen.play.so_far == 75


async def test_a_mend_that_is_none_is_refused_and_one_that_is_right_is_accepted(app):
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("e")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.judgement is not None)
        await pilot.pause()
        assert screen.state == "looking" and "Not mended" in seen(app) and screen.play.refused == 1
        await pilot.press("e")
        editor = app.screen.query_one("#editor")
        editor.text = screen.case.healthy
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.state == "mended")
        await pilot.pause()
        assert "to the last bit" in seen(app)
        raced = {one.variant: one.page for one in app.context.pool.requests}
        assert "seed = 42\n" not in "".join(raced.values())
        assert all(not _is_sick(page) for name, page in raced.items() if name.startswith(HEALTHY))


async def test_what_is_said_is_held_against_what_is_wrong(app):
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        screen.query_one(LineList).go_to(min(next(iter(screen.case.lines.values()))))
        await pilot.press("a", "t")
        screen.query_one("#words").text = "zero_grad comes before step"
        await pilot.press("ctrl+s", "v")
        await pilot.pause()
        shown = seen(app)
        assert "✓ accused" in shown and "✓ zero_grad stands between backward and step" in shown
        assert "○ the optimizer has no gradients to use" in shown and "not mended  −40" in shown


async def test_the_question_of_a_fault_is_a_key_away(app):
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        assert screen.case.faults[0].question == "zero-grad"
        await pilot.press("v", "o")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))


async def test_a_race_that_fails_is_told_and_costs_nothing(make_app):
    app = make_app(failing_run)
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("e", "ctrl+r")
        await until(pilot, lambda: "no space left on [device]" in seen(app))
        assert screen.state == "looking" and screen.play.refused == 0


async def test_escape_cancels_a_race_and_keeps_the_page(make_app):
    app = make_app(waiting_run)
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("e")
        app.screen.query_one("#editor").text = screen.case.sick + "\n# mine\n"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen._race is not None)
        await pilot.press("escape")
        await until(pilot, lambda: bool(app.context.pool.ended))
        assert screen.state == "looking" and screen.text.endswith("# mine\n")


async def test_a_page_without_its_seed_is_not_raced(app):
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("e")
        app.screen.query_one("#editor").text = screen.case.sick.replace("seed = 42", "")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "no knob called 'seed'" in seen(app) and screen.state == "looking"
