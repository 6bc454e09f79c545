"""What a question, a page or a library says shows as it stands, brackets included, in every place."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec
import pytest

from app.bank.problems import Problem
from app.lab.plan import NeedsConsent
from app.lab.proof import plan_question
from app.study.records import Result, utc_now
from app.tui.app import VivaApp
from app.tui.screens.consent import ConsentScreen
from app.tui.screens.history import HistoryScreen
from app.tui.screens.lab import LabScreen
from app.tui.screens.problems import ProblemsScreen
from app.tui.screens.quiz import QuizScreen
from app.tui.screens.settings import SettingsScreen
from app.tui.widgets.question_list import QuestionList
from experiments.engine.settings import Settings
from tests.tui.scripted import seen, until

TRICKY = "[CLS] [/SEP] P[Y=1|x] x[i:j] [bold]b[/bold] [link=x]"


async def in_the_list(app, pilot):
    app.screen.query_one(QuestionList).go_to("brackets")


async def in_the_preview(app, pilot):
    app.screen.query_one(QuestionList).go_to("brackets")


async def in_search(app, pilot):
    await pilot.press("slash", *"CLS")


async def in_the_palette(app, pilot):
    await pilot.press("ctrl+p", *"2 [CLS]")


async def in_a_notice(app, pilot):
    app.screen.notify(TRICKY, markup=False, timeout=30)


async def in_problems(app, pilot):
    problem = Problem(file="[a].yaml", line=1, column=1, rule="r", found=TRICKY, expected=TRICKY, text=TRICKY)
    app.push_screen(ProblemsScreen([problem]))


async def in_the_quiz(app, pilot):
    app.ask("brackets")


async def in_hints(app, pilot):
    app.ask("brackets")
    await pilot.press("h")


async def in_points_answer_and_traps(app, pilot):
    app.ask("brackets")
    await pilot.press("enter")
    await until(pilot, lambda: "Read on" in seen(app))


async def in_ones_own_answer(app, pilot):
    app.ask("brackets")
    await until(pilot, lambda: isinstance(app.screen, QuizScreen))
    await pilot.press("t")
    app.screen.query_one("#typed").text = TRICKY
    await pilot.press("ctrl+s")


async def in_predictions(app, pilot):
    question = app.context.bank.by_id["zero-grad"]
    app.push_screen(LabScreen(app.context, msgspec.structs.replace(question, predict={"diverges": TRICKY})))


async def in_a_verdict(app, pilot):
    question = app.context.bank.by_id["zero-grad"]
    lab = LabScreen(app.context, msgspec.structs.replace(question, predict={}))
    app.push_screen(lab)
    await until(pilot, lambda: lab.state == "done")
    lab._fail(TRICKY, TRICKY)


async def in_history(app, pilot):
    run = Result(experiment="x", settings={}, outcome="o", finding=TRICKY, started_at=utc_now(), seconds=1.0)
    app.context.store.add(run)
    app.push_screen(HistoryScreen(app.context.store, "x"))


async def in_consent(app, pilot):
    planned = plan_question(app.context.bank.by_id["zero-grad"], {}, lambda content: True)
    pages = {TRICKY: planned.pages[planned.baseline] + f"# {TRICKY}\n"}
    app.push_screen(ConsentScreen(NeedsConsent(replace(planned, pages=pages), "hash")))


async def in_settings(app, pilot):
    app.push_screen(SettingsScreen(Settings(), {}))
    await until(pilot, lambda: bool(app.screen.query("#seed")))
    app.screen.query_one("#seed").value = TRICKY
    app.screen.query_one("#seed").focus()
    await pilot.press("enter")


PLACES: dict[Callable[[VivaApp, object], Awaitable[None]], list[str]] = {
    in_the_list: ["[CLS], [/SEP], P[Y=1|x]"],
    in_the_preview: ["[CLS], [/SEP], P[Y=1|x] and x[i:j] mean in [bold]this[/bold]?", "[tag]"],
    in_search: ["[CLS], [/SEP], P[Y=1|x] and x[i:j]"],
    in_the_palette: ["[CLS], [/SEP], P[Y=1|x] and x[i:j]"],
    in_a_notice: TRICKY.split(),  # it stands beside other text, so word by word
    in_problems: [TRICKY, "[a].yaml"],
    in_the_quiz: ["[CLS], [/SEP], P[Y=1|x] and x[i:j] mean in [bold]this[/bold]?"],
    in_hints: ["[hint]"],
    in_points_answer_and_traps: [
        "[CLS] comes first",
        "The [CLS] and [/SEP] tokens; P[Y=1|x] is a probability; x[i:j] a slice.",
        "[/SEP] closes [SEP]",
    ],
    in_ones_own_answer: [TRICKY],
    in_predictions: [TRICKY],
    in_a_verdict: [TRICKY],
    in_history: [TRICKY],
    in_consent: [TRICKY],
    in_settings: [TRICKY],
}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_brackets_show_as_they_stand(make_app, place):
    app = make_app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await place(app, pilot)
        await pilot.pause()
        for text in PLACES[place]:
            await until(pilot, lambda text=text: _flat(text) in _flat(seen(app)))


def _flat(text: str) -> str:
    """Without the spaces that wrapping and borders bring."""
    return "".join(char for char in text if not char.isspace() and char not in "│▌▐▏▕┃")
