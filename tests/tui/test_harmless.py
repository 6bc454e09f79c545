"""Nothing that a question, a page or a library says steers the terminal, in any place of the app."""

import pytest

from tests.cli.test_harmless import NASTY, SAID, STEERING
from tests.tui import test_text_is_data as places
from tests.tui.scripted import BANK, seen, until


def spoilt(bank: str) -> str:
    """The bank with what would steer a terminal in its quoted texts."""
    for text in ("`, [/SEP], P", "[CLS] and", "[CLS] comes", "[hint]", "[/SEP] closes", "[tag]"):
        assert text in bank
        bank = bank.replace(text, f"{text}{SAID[1:-1]}")
    return bank


@pytest.mark.parametrize("place", places.PLACES, ids=lambda place: place.__name__)
async def test_nothing_steers_the_terminal(make_app, bank_file, monkeypatch, place) -> None:
    bank_file.write_text(spoilt(BANK), encoding="utf-8")
    monkeypatch.setattr(places, "TRICKY", places.TRICKY + NASTY)
    app = make_app()
    assert len(app.context.bank.questions) == 2, app.context.bank.problems
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await place(app, pilot)
        await pilot.pause()
        await until(pilot, lambda: "52;c;" in seen(app) or place is places.in_search)
        for line in app.screen._compositor.render_strips():
            for segment in line:
                assert not STEERING.search(segment.text), segment
                assert not (segment.style and segment.style.link), segment


async def test_a_link_of_a_question_opens_only_what_a_browser_fetches(make_app, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url, **_: opened.append(url))
    async with make_app().run_test() as pilot:
        for url in ("file:///bin/sh", "javascript:alert(1)", "https://huggingface.co"):
            pilot.app.open_url(url)
        await pilot.pause()
        assert opened == ["https://huggingface.co"]
