"""The first screen: what there is, what is due, and the question beside it."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from app.bank.schema import Question
from app.bank.search import Search
from app.format import count
from app.tui.context import Context
from app.tui.text import code_lines, inline, plain
from app.tui.widgets.question_list import QuestionList
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine
from experiments.engine import page

AROUND = 3


class BankScreen(Screen[None]):
    """Nothing on this screen waits for anything."""

    BINDINGS = [
        Binding("d", "study", "Study due"),
        Binding("r", "prove", "Run"),
        Binding("i", "interview", "Interview"),
        Binding("f", "fault", "Find a fault"),
        Binding("t", "statistics", "Stats"),
        Binding("c", "choose", "Choose", tooltip="Choose what to study; limits and the interview's date"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("escape", "leave_search", "Whole bank", show=False),
        Binding("down", "next_found", "Next found", show=False),
        Binding("p", "problems", "Problems"),
        Binding("q", "app.quit", "Quit", show=False),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._search: Search | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(id="title")
        yield Input(placeholder="search: words, a number, a tag", id="search", compact=True)
        with Horizontal(id="bank"):
            yield QuestionList(id="questions")
            with VerticalScroll(id="beside", can_focus=False):
                yield Static(id="about")
                yield Static(id="question")
                yield Static(id="known")
                yield Static(id="lines")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(QuestionList))
        self.refresh_bank()

    def on_screen_resume(self) -> None:
        self.refresh_bank()

    def bank_changed(self) -> None:
        """The bank's files were saved: show what they say now, with the cursor where it was."""
        self._search = None
        self.refresh_bank()

    def refresh_bank(self) -> None:
        """Show the bank and the progress as they are now."""
        self._title()
        self._list()
        self.refresh_bindings()

    def _title(self) -> None:
        counts = self.context.schedule.counts(self.context.bank.questions)
        days = counts.days_to_interview
        when = (
            "" if days is None else f" · interview in {days} days" if days != 1 else " · interview tomorrow"
        )
        when = " · interview today" if days == 0 else when
        problems = sum(problem.severity == "error" for problem in self.context.bank.problems)
        broken = f" · {count(problems, 'problem')} in the bank (p)" if problems else ""
        right = f"{counts.due} due · {counts.new} new{when}{broken}"
        self.query_one(TopLine).say("viva · BERT on MRPC", right)

    def _list(self, *, anew: bool = False) -> None:
        """`anew`: what is searched for has changed, so the best hit comes first again."""
        typed = self.query_one("#search", Input).value.strip()
        if typed and self._search is None:
            self._search = Search(self.context.bank.questions)
        questions = self._search.find(typed) if typed and self._search else self.context.bank.questions
        statuses = self.context.schedule.statuses(question.id for question in questions)
        self.query_one(QuestionList).show(questions, statuses, flat=bool(typed), anew=anew)

    # The question beside the list ----------------------------------------------------------------------

    @on(QuestionList.Highlighted)
    def beside(self, message: QuestionList.Highlighted) -> None:
        question = message.question
        parts = ("about", "question", "known", "lines")
        contents = (_about, _asked, self._known, _lines)
        for name, content in zip(parts, contents, strict=True):
            self.query_one(f"#{name}", Static).update(content(question) if question else Content(""))
        self.query_one("#beside").scroll_home(animate=False)
        self.refresh_bindings()

    def _known(self, question: Question) -> Content:
        """What one said last, and how well one knows it."""
        status = self.context.schedule.status(question.id)
        reviews = self.context.store.reviews(question.id)
        lines = [status.why]
        said = next((review.answer for review in reversed(reviews) if review.answer), None)
        if said:
            lines.append(f"you last said: “{said.strip()}”")
        predicted = [review for review in reviews if review.predicted and review.actual]
        if predicted:
            marks = " ".join("✓" if review.predicted == review.actual else "✗" for review in predicted[-8:])
            lines.append(f"predicted {marks}")
        return plain("\n".join(lines))

    # What one can do -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "prove":
            question = self.query_one(QuestionList).question if self.is_mounted else None
            return question is not None and question.experiment is not None
        if action == "problems":
            return bool(self.context.bank.problems)
        return True

    def action_study(self) -> None:
        queue = self.context.schedule.queue(self.context.bank.questions)
        if queue:
            self._quiz(queue)
        else:
            self.notify("Nothing is due. Enter quizzes you on the question under the cursor.", markup=False)

    @on(QuestionList.Selected)
    def quiz_one(self, message: QuestionList.Selected) -> None:
        self._quiz([message.question])

    def _quiz(self, questions: list[Question]) -> None:
        from app.tui.screens.quiz import QuizScreen

        self.app.push_screen(QuizScreen(self.context, questions))

    def action_prove(self) -> None:
        from app.tui.screens.lab import LabScreen

        question = self.query_one(QuestionList).question
        if question and question.experiment:
            self.app.push_screen(LabScreen(self.context, question))

    def action_interview(self) -> None:
        from app.tui.screens.interview_setup import InterviewSetup

        self.app.push_screen(InterviewSetup(self.context))

    def action_fault(self) -> None:
        from app.tui.screens.fault_setup import FaultSetup

        self.app.push_screen(FaultSetup(self.context))

    def action_statistics(self) -> None:
        from app.tui.screens.statistics import StatisticsScreen

        self.app.push_screen(StatisticsScreen(self.context))

    def action_choose(self) -> None:
        from app.tui.screens.study_setup import StudySetup

        self.app.push_screen(StudySetup(self.context))

    def action_problems(self) -> None:
        from app.tui.screens.problems import ProblemsScreen

        self.app.push_screen(ProblemsScreen(self.context.bank.problems))

    def action_search(self) -> None:
        self.set_focus(self.query_one("#search"))  # at once: what is typed next belongs to it

    def action_leave_search(self) -> None:
        self.query_one("#search", Input).value = ""
        self.set_focus(self.query_one(QuestionList))

    @on(Input.Changed, "#search")
    def search_as_typed(self) -> None:
        self._list(anew=bool(self.query_one("#search", Input).value.strip()))

    @on(Input.Submitted, "#search")
    def to_the_list(self) -> None:
        self.set_focus(self.query_one(QuestionList))

    def action_next_found(self) -> None:
        """Down from the search; the list, where it has the focus, moves by itself."""
        self.to_the_list()
        self.query_one(QuestionList).action_move(1)


def _asked(question: Question) -> Content:
    return inline(question.question)


def _about(question: Question) -> Content:
    parts = [str(question.number or question.id), question.level, ", ".join(question.tags), question.topic]
    return plain(" · ".join(filter(None, parts)), "dim")


def _lines(question: Question) -> Content:
    """The lines of the page that the question points at, some more around them."""
    if not question.lines:
        return Content("")
    try:
        first, last = page.lines_of(question.lines)
    except page.PageError:
        return Content("")
    lines = code_lines(page.loop())
    shown = range(max(1, first - AROUND), min(len(lines), last + AROUND) + 1)
    heading = f"the page, line {first}" if first == last else f"the page, lines {first}–{last}"
    rows = [plain(heading, "dim")]
    for number in shown:
        mark = "▸" if first <= number <= last else " "
        rows.append(Content.assemble((f"{mark}{number:>3}  ", "dim"), lines[number - 1]))
    return Content("\n").join(rows)
