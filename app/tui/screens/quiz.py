"""The quiz: recall or type an answer, reveal, rate, and prove it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Markdown, Static, TextArea

from app.bank.schema import Question
from app.format import count
from app.study.grading import Grade, grade
from app.study.records import Mode
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import inline, markdown_parser, plain
from app.tui.widgets.too_small import TooSmall

RATINGS = {1: "again", 2: "hard", 3: "good", 4: "easy"}


@dataclass
class Asked:
    """One question on the screen: what was typed, hinted, graded and proven so far."""

    began: float = field(default_factory=lambda: monotonic())
    hints: int = 0
    answer: str = ""
    grade: Grade | None = None
    predicted: str | None = None
    actual: str | None = None


class QuizScreen(Screen[None]):
    """Questions one after the other. Each rating is on disk before the next question shows."""

    BINDINGS = [
        Binding("enter", "reveal", "Reveal"),
        Binding("t", "type", "Type an answer"),
        Binding("ctrl+s", "check", "Check", priority=True),
        Binding("h", "hint", "Hint"),
        *(Binding(str(n), f"rate({n})", name.capitalize(), show=False) for n, name in RATINGS.items()),
        Binding("r", "prove", "Prove it"),
        Binding("u", "undo", "Undo"),
        Binding("b", "bury", "Bury", show=False),
        Binding("z", "suspend", "Suspend", show=False),
        Binding("f", "flag", "Flag", show=False),
        Binding("escape", "leave", "Back"),
    ]

    is_revealed: reactive[bool] = reactive(False, bindings=True)

    def __init__(self, context: Context, questions: Sequence[Question], *, mode: Mode = "quiz") -> None:
        super().__init__()
        self.context = context
        self.questions = list(questions)
        self.mode = mode
        self.at = 0
        self.asked = Asked()
        self._rated: list[int] = []

    @property
    def question(self) -> Question:
        return self.questions[self.at]

    def compose(self) -> ComposeResult:
        yield Static(id="where")
        with VerticalScroll(id="card"):
            yield Static(id="question")
            yield Static(id="hints")
            yield TextArea(id="typed", compact=True, placeholder="your answer; ctrl+s checks it")
            yield Static(id="marked")
            yield Static(id="points")
            yield Markdown(id="answer", parser_factory=markdown_parser)
            yield Static(id="more")
        yield Static(id="rate")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.set_interval(1.0, self._where)
        self._ask()

    def bank_changed(self) -> None:
        """Show the questions as their files have them now; what was typed and revealed stays."""
        by_id = self.context.bank.by_id
        self.questions = [by_id.get(question.id, question) for question in self.questions]
        self.query_one("#question", Static).update(inline(self.question.question.strip()))
        if self.is_revealed:
            self.query_one("#points", Static).update(_points(self.question, self._graded()))
            self.query_one("#answer", Markdown).update(self.question.answer)
            self.query_one("#more", Static).update(_more(self.question))

    # Asking --------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self.asked = Asked()
        self.is_revealed = False
        self.remove_class("-typing", "-hinted", "-graded")
        for name in ("hints", "marked", "points", "more", "rate"):
            self.query_one(f"#{name}", Static).update("")
        self.query_one("#question", Static).update(inline(self.question.question.strip()))
        self.query_one("#typed", TextArea).text = ""
        self.query_one("#answer", Markdown).update("")
        self.query_one("#card").scroll_home(animate=False)
        self.set_class(False, "-revealed")
        self.set_focus(self.query_one("#card"))
        self._where()

    def _where(self) -> None:
        minutes, seconds = divmod(int(monotonic() - self.asked.began), 60)
        question = self.question
        flagged = " ⚑" if self.context.schedule.status(question.id).flagged else ""
        left = f"{question.number or question.id} · {question.level} · {question.topic}{flagged}"
        right = f"{self.at + 1} of {len(self.questions)}   {minutes}:{seconds:02}"
        room = max(1, self.size.width - 2 - len(left) - len(right))
        self.query_one("#where", Static).update(plain(left + " " * room + right))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        hidden = not self.is_revealed
        typing = self.has_class("-typing")
        match action:
            case "reveal":
                return hidden and not typing
            case "type":
                return hidden and not typing
            case "check":
                return hidden and typing
            case "hint":
                return hidden and self.asked.hints < len(self.question.key_points)
            case "rate":
                return not hidden
            case "prove":
                return self.question.experiment is not None
            case "undo":
                return bool(self._rated)
        return True

    def action_type(self) -> None:
        self.add_class("-typing")
        self.set_focus(self.query_one("#typed"))
        self.refresh_bindings()

    def action_hint(self) -> None:
        """Open one key point's hint; it counts against the suggested rating."""
        self.asked.hints += 1
        points = self.question.key_points[: self.asked.hints]
        rows = [f"hint: {point.hint or point.point}" for point in points]
        self.query_one("#hints", Static).update(plain("\n".join(rows), "$text-warning"))
        self.add_class("-hinted")
        self.refresh_bindings()

    # Revealing -----------------------------------------------------------------------------------------

    def action_check(self) -> None:
        """Hold what was typed against the key points, and reveal."""
        self.asked.answer = self.query_one("#typed", TextArea).text.strip()
        self.action_reveal()

    def action_reveal(self) -> None:
        asked, question = self.asked, self.question
        asked.grade = self._graded()
        if asked.grade:
            self.query_one("#marked", Static).update(_marked(asked.answer, asked.grade))
        self.set_class(asked.grade is not None, "-graded")
        self.query_one("#points", Static).update(_points(question, asked.grade))
        self.query_one("#answer", Markdown).update(question.answer)
        self.query_one("#more", Static).update(_more(question))
        self.remove_class("-typing")
        self.set_class(True, "-revealed")
        self.is_revealed = True
        self.set_focus(self.query_one("#card"))
        self._rate_line()

    def _graded(self) -> Grade | None:
        """What was typed, held against the key points; None where nothing was."""
        asked = self.asked
        return grade(asked.answer, self.question.key_points, asked.hints) if asked.answer else None

    def _rate_line(self) -> None:
        """Each key with its next interval; the suggested one is marked, and never presses itself."""
        previews = self.context.schedule.previews(self.question.id)
        suggested = self.asked.grade.suggested if self.asked.grade else None
        parts = []
        for rating, name in RATINGS.items():
            mark = "▸" if rating == suggested else " "
            style = "bold reverse" if rating == suggested else "bold"
            parts.append(Content.assemble((f"{mark}{rating} {name}", style), f" {previews[rating].label}   "))
        self.query_one("#rate", Static).update(Content("").join(parts))

    # Rating --------------------------------------------------------------------------------------------

    def action_rate(self, rating: int) -> None:
        """Write the rating, then go on; without a store the rating stays for this session and says so."""
        if not self.is_revealed:
            return
        asked = self.asked
        try:
            self.context.schedule.rate(
                self.question.id,
                rating,
                seconds=monotonic() - asked.began,
                answer=asked.answer or None,
                hints=asked.hints,
                predicted=asked.predicted,
                actual=asked.actual,
                mode=self.mode,
            )
        except StoreError as problem:
            self.notify(f"Not saved: {problem}", severity="error", markup=False)
            return
        self._rated.append(self.at)
        self._next()

    def _next(self) -> None:
        if self.at + 1 < len(self.questions):
            self.at += 1
            self._ask()
        else:
            self.app.notify(f"{count(len(self._rated), 'question')} done.", markup=False)
            self.dismiss(None)

    def action_undo(self) -> None:
        """Take the latest rating back and show its question again."""
        if not self._rated:
            return
        try:
            self.context.schedule.undo()
        except StoreError as problem:
            self.notify(f"Not undone: {problem}", severity="error", markup=False)
            return
        self.at = self._rated.pop()
        self._ask()

    def action_bury(self) -> None:
        self.context.schedule.bury(self.question.id)
        self.notify("Buried until tomorrow.", markup=False)
        self._next()

    def action_suspend(self) -> None:
        self.context.schedule.suspend(self.question.id)
        self.notify("Suspended until asked back.", markup=False)
        self._next()

    def action_flag(self) -> None:
        flagged = self.context.schedule.status(self.question.id).flagged
        self.context.schedule.flag(self.question.id, not flagged)
        self._where()

    def action_prove(self) -> None:
        """Predict and run the question's experiment."""
        from app.tui.screens.lab import LabScreen

        lab = LabScreen(self.context, self.question)

        def proven(outcome: str | None) -> None:
            self.asked.predicted, self.asked.actual = lab.predicted, outcome

        self.app.push_screen(lab, proven)

    def action_leave(self) -> None:
        if self.has_class("-typing"):
            self.remove_class("-typing")
            self.set_focus(self.query_one("#card"))
            self.refresh_bindings()
        else:
            self.dismiss(None)

    @on(TextArea.Changed, "#typed")
    def keep_typed(self, message: TextArea.Changed) -> None:
        self.asked.answer = message.text_area.text.strip()


def _marked(answer: str, graded: Grade) -> Content:
    """One's own words, those that named a key point underlined."""
    content = Content(answer)
    for start, end in graded.spans:
        content = content.stylize("bold underline $text-success", start, end)
    return content


def _points(question: Question, graded: Grade | None) -> Content:
    rows = []
    for index, point in enumerate(question.key_points):
        hit = graded is not None and graded.points[index].hit
        style = "$text-success" if hit else ""
        rows.append(plain(f"{'✓' if hit else '○'} {point.point}", style))
    return Content("\n").join(rows)


def _more(question: Question) -> Content:
    parts = [Content.styled("Often said, and wrong:", "bold")] if question.traps else []
    parts += [Content.assemble("✗ ", inline(trap)) for trap in question.traps]
    if question.sources:
        parts.append(Content.styled("\nRead on:", "bold"))
        parts += [plain(source, "dim") for source in question.sources]
    return Content("\n").join(parts)
