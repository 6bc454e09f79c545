"""What kind of interview: how long, how many questions, which level, which draw."""

from collections import Counter
from random import randrange

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from app.bank.schema import LEVELS
from app.format import count
from app.study.interview import Interview, plan
from app.study.records import SavedInterview
from app.study.scorecard import ScoreCard
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.choice import Choice
from app.tui.widgets.fields import form

MOST_MINUTES, MOST_QUESTIONS = 600, 100
ANY_SEED = 10_000


class InterviewSetup(ModalScreen[None]):
    """The defaults are fine: enter starts, and the interview takes this screen's place."""

    CSS_PATH = "interview_setup.tcss"
    BINDINGS = [
        Binding("enter", "start", "Start", priority=True),
        Binding("escape", "dismiss", "Not now"),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        levels = [level for level in LEVELS if any(q.level == level for q in self.context.bank.questions)]
        fields = {
            "minutes": Input("20", id="minutes", compact=True),
            "questions": Input("8", id="count", compact=True),
            "level": Choice(["mixed", *levels], id="level"),
            "seed": Input(str(randrange(ANY_SEED)), id="seed", compact=True),
        }
        last_time = Static(plain(_last_time(self.context), "dim"), id="last-time")
        yield from form("A mock interview · enter starts it", fields, Static(id="drawn"), last_time)

    def on_mount(self) -> None:
        self.query_one("#minutes").focus()
        self._say()

    @on(Input.Changed)
    @on(Choice.Changed)
    def _say(self) -> None:
        """What would be drawn, or what is wrong with the fields."""
        try:
            text, style = _drawn(self._interview()), "dim"
        except ValueError as problem:
            text, style = str(problem), "$text-error"
        self.query_one("#drawn", Static).update(plain(text, style))

    def _interview(self) -> Interview:
        return draw(
            self.context,
            minutes=_number("minutes", self.query_one("#minutes", Input).value, MOST_MINUTES),
            count=int(
                _number("questions", self.query_one("#count", Input).value, MOST_QUESTIONS, whole=True)
            ),
            level=self.query_one("#level", Choice).value,
            seed=_seed(self.query_one("#seed", Input).value),
        )

    def action_start(self) -> None:
        from app.tui.screens.interview import InterviewScreen

        try:
            interview = self._interview()
        except ValueError:
            self.app.bell()  # the field's problem is on the screen already
            return
        self.app.switch_screen(InterviewScreen(self.context, interview))


def draw(
    context: Context, *, minutes: float = 20, count: int = 8, level: str = "mixed", seed: int | None = None
) -> Interview:
    """An interview over the bank that leans towards what is weak; without a seed, another one each time.

    Raises ValueError for a level that the bank does not have, and where there is nothing to ask.
    """
    if not context.bank.questions:
        raise ValueError("there are no questions to ask")
    weakness = context.schedule.weakness(question.id for question in context.bank.questions)
    seed = randrange(ANY_SEED) if seed is None else seed
    return plan(
        context.bank.questions, minutes=minutes, count=count, level=level, seed=seed, weakness=weakness
    )


def _drawn(interview: Interview) -> str:
    counts = Counter(question.level for question in interview.questions)
    total = len(interview.questions)
    levels = ", ".join(f"{some} {level}" for level, some in counts.items())
    each = interview.minutes / total
    return f"{count(total, 'question')}: {levels} · {each:.1f} minutes each, follow-ups included"


def _number(name: str, text: str, most: int, *, whole: bool = False) -> float:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name}: {text.strip() or 'nothing'} is not {kind}") from None
    if not 1 <= value <= most:
        raise ValueError(f"{name}: from 1 to {most}, not {text.strip()}")
    return value


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"seed: {text.strip() or 'nothing'} is not a whole number") from None


def _last_time(context: Context) -> str:
    saved = context.store.all(SavedInterview)
    if not saved:
        return "Speak your answers or type them; either way they are timed."
    try:
        card = ScoreCard.load(saved[-1])
        day = f"{card.started_at.astimezone():%d %B}"
    except (msgspec.ValidationError, OverflowError):
        return "The last interview's card cannot be read."
    return f"Last time, {day}: {card.overall:.0%} of {len(card.questions)}."
