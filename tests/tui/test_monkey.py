"""Whatever keys, clicks and sizes come, in whatever order and as fast as they may, the app stands.

`python -m pytest tests/tui/test_monkey.py --monkeys 200` is the long form.
"""

import random
from collections.abc import Callable

import pytest
from textual.events import Key, MouseDown, MouseUp
from textual.pilot import Pilot

from app.tui.app import VivaApp
from app.tui.screens.bank import BankScreen
from app.tui.screens.interview_end import EndScreen
from tests.tui.scripted import clean_run

pytestmark = pytest.mark.timeout(600)

KEYS = (
    *"abcdefghijklmnopqrstuvwxyz0123456789+-?/.,[] DEGJNPRSU",
    *(
        "enter",
        "escape",
        "tab",
        "shift+tab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
    ),
    *("backspace", "ctrl+p", "ctrl+r", "ctrl+s", "ctrl+n", "ctrl+e", "ctrl+z", "f1", "space"),
)
SIZES = [(80, 24), (120, 40), (60, 15), (20, 5), (200, 60), (35, 9)]
BURSTS, LENGTH = 12, 25


def press(app: VivaApp, key: str) -> None:
    character = key if len(key) == 1 else {"space": " ", "enter": "\r"}.get(key)
    event = Key({" ": "space", "?": "question_mark"}.get(key, key), character)
    event.set_sender(app)
    assert app._driver is not None
    app._driver.process_message(event)


def click(app: VivaApp, x: int, y: int) -> None:
    assert app._driver is not None
    for kind in (MouseDown, MouseUp):
        event = kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
        event.set_sender(app)
        app._driver.process_message(event)


async def burst(pilot: Pilot[None], draw: random.Random) -> None:
    """Some actions, one upon the other, before the app had time for any."""
    app = pilot.app
    assert isinstance(app, VivaApp)
    for _ in range(LENGTH):
        width, height = app.size
        match draw.random():
            case chance if chance < 0.75:
                press(app, draw.choice(KEYS))
            case chance if chance < 0.97:
                x, y = draw.randrange(width), draw.randrange(height)
                for _ in range(draw.choice((1, 1, 2, 3))):
                    click(app, x, y)
            case _:
                await pilot.resize_terminal(*draw.choice(SIZES))
    await pilot.pause()


async def test_nothing_that_is_pressed_ends_the_app(
    make_app: Callable[..., VivaApp], monkey: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(monkey)
    app = make_app(clean_run)
    monkeypatch.setattr(app, "exit", lambda *_, **__: None)
    monkeypatch.setattr(app, "open_url", lambda *_, **__: None)
    monkeypatch.setattr(app, "action_suspend_process", lambda: None)
    async with app.run_test(size=draw.choice(SIZES)) as pilot:
        for _ in range(BURSTS):
            await burst(pilot, draw)
        while not isinstance(app.screen, BankScreen):
            press(app, "e" if isinstance(app.screen, EndScreen) else "escape")
            await pilot.pause()
    assert app.return_code in (0, None)
