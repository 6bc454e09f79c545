"""The screen that looks inside, with scripted workers: stepping, going back, the cursor, failures."""

import pytest

from app.tui.screens.lab import LabScreen
from app.tui.screens.look import LookScreen
from app.tui.screens.opened import OpenedScreen
from app.tui.widgets.look_page import LookPage
from tests.tui.looking import opened
from tests.tui.scripted import seen, until


def place(screen: LookScreen) -> tuple[str, int]:
    line, round = screen.glass.place
    return screen.glass.sides[screen.glass.lead].page.splitlines()[line - 1].strip(), round


async def press(pilot, screen: LookScreen, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await until(pilot, lambda: screen.state == "stopped")


async def test_goes_line_by_line_and_round_by_round_and_back(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        assert place(screen) == ("for batch in train_dataloader:", 1)
        await press(pilot, screen, ".", ".")
        assert place(screen) == ("loss = outputs.loss", 1)
        await press(pilot, screen, "]")
        assert place(screen) == ("loss = outputs.loss", 2)
        assert "line 73 · round 2 of 80" in seen(app)
        await press(pilot, screen, ",")
        assert place(screen) == ("outputs = model(**batch)", 2)
        assert "from a snapshot" in seen(app)
        await press(pilot, screen, "[")
        assert place(screen) == ("outputs = model(**batch)", 1)


async def test_what_the_line_holds_stands_beside_it_with_the_difference(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await press(pilot, screen, ".", ".", ".")
        assert "Accelerator  cpu" in seen(app) and "0.69  grad_fn NllLoss" in seen(app)
        assert "piling up  0.7" not in seen(app), "what both hold stands once"
        await press(pilot, screen, "]")
        shown = seen(app)
        assert (
            "cleared    0.68  grad_fn" in shown and "piling up  0.73  grad_fn" in shown and "▲ 1.07×" in shown
        )
        assert "what model holds: [CLS] int64" in shown


async def test_a_line_that_one_page_lacks_holds_the_other_up_where_it_is(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await press(pilot, screen, *"......")
        assert place(screen)[0] == "optimizer.zero_grad()"
        assert [side.stop.path[-1] for side in screen.glass.sides] == [77, 77], (
            "the other's next line is its 77"
        )
        await press(pilot, screen, ".")
        assert [side.stop.path[-1] for side in screen.glass.sides] == [78, 77]
        await press(pilot, screen, ",", ",")
        assert [side.stop.path[-1] for side in screen.glass.sides] == [76, 76]


async def test_the_cursor_looks_at_another_line_and_the_runs_come_to_it(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        page = screen.query_one(LookPage)
        await press(pilot, screen, "down", "down", "down")
        assert place(screen)[0] == "for batch in train_dataloader:", "only the cursor has moved"
        assert page.lines[page.cursor].text.plain.strip() == "accelerator.backward(loss)"
        assert "what line 74 holds" in seen(app) and "Accelerator  cpu" in seen(app)
        await press(pilot, screen, "g")
        assert place(screen) == ("accelerator.backward(loss)", 1)


async def test_a_run_to_the_end_can_be_interrupted_and_an_exception_stands_on_its_line(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, raises=True)
        await pilot.press("r")
        await until(pilot, lambda: screen.state == "going")
        await pilot.press(".")
        assert screen.state == "going", "one thing at a time"
        app.context.pool.gate.set()
        await until(pilot, lambda: screen.state == "stopped")
        await pilot.pause()
        assert "at the end" in seen(app) and "ValueError: shapes of [CLS] differ" in seen(app)


@pytest.mark.parametrize("key", ["d"])
async def test_a_failure_is_said_and_the_way_back_is_open(make_app, key):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press(key)
        await until(pilot, lambda: screen.state == "failed")
        assert "no space left on [device]" in seen(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.context.pool.ended) == 2)
        assert isinstance(app.screen, LabScreen)


async def test_leaving_gives_the_workers_back(make_app):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await press(pilot, screen, ".")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.context.pool._idle) == 2)
        assert not app.context.pool.ended


async def test_enter_opens_what_is_inside_the_values(make_app):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        await press(pilot, screen, "]", ".")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, OpenedScreen))
        await pilot.pause()
        shown = seen(app)
        assert "[CLS] a [SEP] b [SEP] [PAD]" in shown, "a batch as its pairs"
        assert "left out by the attention_mask: 1 of 6" in shown
        await pilot.press("escape")
        assert app.screen is screen
