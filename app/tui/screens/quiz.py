"""The quiz: recall or type an answer, be asked further, reveal, rate, and prove it."""

import asyncio
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

from app.answers.grading import Grade, grade
from app.bank.schema import Question
from app.format import clock_time, count
from app.study.interview import further
from app.study.records import Mode, Result
from app.study.store import StoreError
from app.tui import graded
from app.tui.context import Context
from app.tui.text import inline, markdown_parser, plain
from app.tui.widgets.rating_line import RATING_KEYS, rating_line
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

READING_SECONDS = 0.5


@dataclass
class Asked:
    """One question on the screen: what was typed, hinted, graded and proven so far."""

    began: float = field(default_factory=lambda: monotonic())
    hints: int = 0
    answer: str = ""
    grade: Grade | None = None
    tries: int = 0
    meant: dict[int, bool] = field(default_factory=dict)
    predicted: str | None = None
    actual: str | None = None


class QuizScreen(Screen[None]):
    """Questions one after the other. Each rating is on disk before the next question shows."""

    BINDINGS = [
        Binding("enter", "reveal", "Reveal"),
        Binding("t", "type", "Type an answer"),
        Binding("ctrl+s", "check", "Check", priority=True),
        Binding("y", "meant(True)", "Yes, I did"),
        Binding("n", "meant(False)", "No"),
        Binding("h", "hint", "Hint"),
        *RATING_KEYS,
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
        yield TopLine(id="where")
        with VerticalScroll(id="card"):
            yield Static(id="question")
            yield Static(id="hints")
            yield TextArea(id="typed", compact=True, placeholder="your answer; ctrl+s checks it")
            yield Static(id="marked")
            yield Static(id="heard")
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
            self.query_one("#points", Static).update(graded.points(self.question, self._graded()))
            self.query_one("#answer", Markdown).update(self.question.answer)
            self.query_one("#more", Static).update(_more(self.question))

    # Asking --------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self.asked = Asked()
        self.is_revealed = False
        self.remove_class("-typing", "-hinted", "-graded", "-heard")
        for name in ("hints", "marked", "heard", "points", "more", "rate"):
            self.query_one(f"#{name}", Static).update("")
        self.query_one("#question", Static).update(inline(self.question.question.strip()))
        self.query_one("#typed", TextArea).text = ""
        self.query_one("#answer", Markdown).update("")
        self.query_one("#card").scroll_home(animate=False)
        self.set_class(False, "-revealed")
        self.set_focus(self.query_one("#card"))
        self._where()
        self.context.pool.stay_behind()
        self.run_worker(self._go_ahead(), group="ahead", exclusive=True, exit_on_error=False)

    async def _go_ahead(self) -> None:
        """Once somebody reads, rather than leafs through, begin with what `r` would run."""
        await asyncio.sleep(READING_SECONDS)
        if self.is_current:
            await self.context.go_ahead(self.question)

    def on_unmount(self) -> None:
        self.context.pool.stay_behind()

    def _where(self) -> None:
        question = self.question
        flagged = " ⚑" if self.context.schedule.status(question.id).flagged else ""
        left = f"{question.number or question.id} · {question.level} · {question.topic}{flagged}"
        right = f"{self.at + 1} of {len(self.questions)}   {clock_time(monotonic() - self.asked.began)}"
        self.query_one(TopLine).say(left, right)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        hidden = not self.is_revealed
        typing = self.has_class("-typing")
        match action:
            case "reveal":
                return hidden and not typing
            case "type":
                return hidden and not typing and self.asked.tries < 2
            case "meant":
                return not typing and bool(self.asked.grade and self.asked.grade.perhaps)
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
        """Hold what was typed against the key points; ask on once where something is missed, else reveal."""
        asked = self.asked
        asked.answer = self.query_one("#typed", TextArea).text.strip()
        asked.grade = self._graded()
        asked.tries += 1
        graded_whole = asked.grade is None or not (asked.grade.misses or asked.grade.wrong)
        if asked.tries > 1 or graded_whole:
            self.action_reveal()
            return
        self.remove_class("-typing")
        self.add_class("-graded", "-heard")
        self.set_focus(self.query_one("#card"))
        self._hear()

    def _hear(self) -> None:
        """Show what was heard: the marks, what is wrong, what to ask about, and what to ask next."""
        asked = self.asked
        if asked.grade is None:
            return
        key = "r" if self.question.experiment is not None else ""
        parts = [graded.wrong(asked.answer, asked.grade, key), graded.perhaps(asked.answer, asked.grade)]
        if not self.is_revealed:
            parts.append(graded.named(asked.grade))
            if not asked.grade.perhaps and (asks := further(self.question, asked.grade)):
                again = " t adds to your answer, enter shows the full one." * (asked.tries < 2)
                parts.append(Content.assemble(("And: ", "bold"), inline(asks), plain(again, "dim")))
        self.query_one("#marked", Static).update(graded.marked(asked.answer, asked.grade))
        self.query_one("#heard", Static).update(Content("\n\n").join(part for part in parts if part.plain))
        self.set_class(any(part.plain for part in parts), "-heard")
        self.refresh_bindings()

    def action_meant(self, yes: bool) -> None:
        """Whether the point that was asked about was meant; it counts as the person says."""
        asked = self.asked
        if asked.grade is None or not asked.grade.perhaps:
            return
        index = asked.grade.perhaps[0]
        asked.meant[index] = yes
        asked.grade = asked.grade.said(index, yes)
        if self.is_revealed:
            self.query_one("#points", Static).update(graded.points(self.question, asked.grade))
            self._rate_line()
        elif not (asked.grade.misses or asked.grade.wrong):
            self.action_reveal()
            return
        self._hear()

    def action_reveal(self) -> None:
        asked, question = self.asked, self.question
        asked.grade = self._graded()
        self.set_class(asked.grade is not None, "-graded")
        self.query_one("#points", Static).update(graded.points(question, asked.grade))
        self.query_one("#answer", Markdown).update(question.answer)
        self.query_one("#more", Static).update(_more(question))
        self.remove_class("-typing", "-heard")
        self.set_class(True, "-revealed")
        self.is_revealed = True
        self._hear()
        self.set_focus(self.query_one("#card"))
        self._rate_line()

    def _graded(self) -> Grade | None:
        """What was typed, held against the key points and the traps; None where nothing was."""
        asked, question = self.asked, self.question
        if not asked.answer:
            return None
        found = grade(asked.answer, question.key_points, asked.hints, question.traps)
        for index, yes in asked.meant.items():
            if index < len(found.points) and not found.points[index].hit:
                found = found.said(index, yes)
        return found

    def _rate_line(self) -> None:
        previews = self.context.schedule.previews(self.question.id)
        suggested = self.asked.grade.suggested if self.asked.grade else None
        self.query_one("#rate", Static).update(rating_line(previews, suggested))

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

        def proven(result: Result | None) -> None:
            self.asked.predicted, self.asked.actual = lab.predicted, result.outcome if result else None

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


def _more(question: Question) -> Content:
    parts = [Content.styled("Often said, and wrong:", "bold")] if question.traps else []
    parts += [Content.assemble("✗ ", inline(trap)) for trap in question.traps]
    if question.sources:
        parts.append(Content.styled("\nRead on:", "bold"))
        parts += [plain(source, "dim") for source in question.sources]
    return Content("\n").join(parts)
