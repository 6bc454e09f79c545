"""The score card at an interview's end: by topic, what was strong, what to revise, what was proven."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Digits, Footer, Static

from app.files import home
from app.format import count
from app.study import report
from app.study.scorecard import Proof, QuestionScore, ScoreCard, verdict
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.charts import bar
from app.tui.widgets.curves import Curves
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

NAME_WIDTH, BAR_WIDTH = 30, 16


@dataclass(frozen=True)
class Kept:
    """Where a score card went, and what went wrong on the way."""

    files: Sequence[Path] = ()
    problems: Sequence[str] = field(default_factory=list)


def keep(context: Context, card: ScoreCard) -> Kept:
    """Put the card into the store, and beside it as Markdown and as one HTML page. Raises nothing."""
    problems = []
    files: Sequence[Path] = ()
    try:
        context.store.add(card.saved())
    except StoreError as problem:
        problems.append(str(problem))
    try:
        files = report.save(card, home() / "reports")
    except OSError as problem:
        problems.append(f"The report could not be written: {problem}")
    return Kept(files, problems)


class ScoreCardScreen(Screen[None]):
    """One interview's score card. `s` studies just what it says to revise."""

    CSS_PATH = "scorecard.tcss"
    BINDINGS = [
        Binding("s", "study", "Study just what to revise"),
        Binding("escape", "dismiss", "Back"),
    ]

    def __init__(self, context: Context, card: ScoreCard, kept: Kept = Kept()) -> None:
        super().__init__()
        self.context = context
        self.card = card
        self.kept = kept

    def compose(self) -> ComposeResult:
        card = self.card
        yield TopLine(id="held")
        with VerticalScroll(id="scores"):
            yield Digits(f"{card.overall:.0%}", id="overall")
            yield Static(_topics(card), classes="part")
            yield Static(_revise(card), classes="part")
            if card.proofs:
                yield Static(plain("Proven by a run", "bold"), classes="part")
            for proof in card.proofs:
                yield Static(_proof(proof))
                if any(proof.result.losses.values()):
                    yield Curves()
            yield Static(_kept(self.kept), classes="part")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        card = self.card
        asked = len(card.questions)
        left = f"Mock interview · {count(asked, 'question')} · {card.level} · seed {card.seed}"
        self.query_one(TopLine).say(
            left, f"{card.overall:.0%} in {card.seconds / 60:.0f} of {card.minutes:g} min"
        )
        drawn = [told for proof in card.proofs if any((told := proof.result.losses).values())]
        for curves, told in zip(self.query(Curves), drawn, strict=True):
            losses = {name: [math.nan if v is None else v for v in vs] for name, vs in told.items()}
            curves.follow("loss", losses)
        self.query_one("#scores").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._to_revise()) if action == "study" else True

    def _to_revise(self) -> list[str]:
        return [one.question for one in self.card.weak if one.question in self.context.bank.by_id]

    def action_study(self) -> None:
        from app.tui.screens.quiz import QuizScreen

        questions = [self.context.bank.by_id[id] for id in self._to_revise()]
        self.app.push_screen(QuizScreen(self.context, questions))


def _topics(card: ScoreCard) -> Content:
    rows = [plain("By topic", "bold")]
    for topic in card.topics:
        name = plain(topic.topic).truncate(NAME_WIDTH, ellipsis=True, pad=True)
        told = f" {bar(topic.score, BAR_WIDTH)} {topic.score:>4.0%}  {verdict(topic.score)}"
        rows.append(Content.assemble(name, told))
    return _lines(rows)


def _revise(card: ScoreCard) -> Content:
    rows = [plain("What to revise", "bold")]
    for question in card.weak:
        rows += _to_revise(question)
    if not card.weak:
        rows.append(plain("Nothing stood out." if card.questions else "Nothing was answered."))
    if card.unreached:
        rows.append(plain(f"{count(len(card.unreached), 'question')} not reached.", "dim"))
    return _lines(rows)


def _to_revise(question: QuestionScore) -> list[Content]:
    rows = [Content.assemble(plain(question.title), (f"  {question.gist}", "dim"))]
    rows += [plain(f"  ○ {point}") for point in question.missed]
    return rows + [plain(f"  ◐ {point} (only when asked)") for point in question.prompted]


def _proof(proof: Proof) -> Content:
    said, result = "", proof.result
    if proof.predicted is not None:
        said = " You said so." if proof.was_predicted else f" You said: {proof.predicted}."
    return Content.assemble(
        (f"{result.experiment}: {result.outcome}.", "bold"),
        plain(f"{said}\n{result.finding}\n"),
        plain(result.source, "dim"),
    )


def _kept(kept: Kept) -> Content:
    rows = [plain("Saved", "bold")] if kept.files else []
    rows += [plain(str(path)) for path in kept.files]
    return _lines([*rows, *(plain(f"✗ {problem}", "$text-error") for problem in kept.problems)])


def _lines(rows: Iterable[Content]) -> Content:
    return Content("\n").join(rows)
