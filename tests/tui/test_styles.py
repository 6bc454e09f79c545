"""Stylesheets: what one screen says of its parts, it says of its own alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.css.model import SelectorType
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values

from app.study.interview import Interview
from app.tui.app import VivaApp
from app.tui.screens.interview import InterviewScreen
from app.tui.screens.lab import LabScreen
from tests.tui.scripted import until

SHEETS = sorted(Path(__file__).parents[2].joinpath("app", "tui").rglob("*.tcss"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_rule_about_an_id_names_its_screen(sheet: Path) -> None:
    variables = tokenize_values(App().get_css_variables())
    rules = parse("", sheet.read_text(encoding="utf-8"), (str(sheet), ""), variable_tokens=variables)
    chains = [chain.selectors for rule in rules for chain in rule.selector_set]
    assert chains
    for chain in chains:
        if any(selector.type is SelectorType.ID for selector in chain):
            assert chain[0].type is SelectorType.TYPE, chain


async def test_the_lab_says_what_was_predicted_after_an_interview_too(
    make_app: Callable[..., VivaApp],
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        question = app.context.bank.by_id["zero-grad"]
        interview = InterviewScreen(app.context, Interview([question], minutes=10))
        await app.push_screen(interview)
        app.pop_screen()
        lab = LabScreen(app.context, question, predicted="learns worse")
        await app.push_screen(lab)
        await until(pilot, lambda: lab.state == "done")
        assert lab.query_one("#said").display
