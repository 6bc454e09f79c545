"""The bank as a list that draws only the rows that are seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from app.bank.schema import LEVELS, Question
from app.study.schedule import Status

BAR = "▁▂▃▄▅▆▇█"
BAR_WIDTH = 8


@dataclass(frozen=True)
class Heading:
    """A level, with how many of its questions are listed and how well they are known."""

    level: str
    count: int
    mastery: float
    is_open: bool


Row = Heading | Question


class QuestionList(ScrollView, can_focus=True):
    """Questions under their levels. The cursor is always on a row, where there is one."""

    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "to(0)", "First", show=False),
        Binding("end,G", "to(-1)", "Last", show=False),
        Binding("enter", "select", "Quiz"),
        Binding("left,right,space", "fold", "Fold", show=False),
    ]
    COMPONENT_CLASSES = {
        "question-list--cursor",
        "question-list--heading",
        "question-list--due",
        "question-list--dim",
    }

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Highlighted(Message):
        """The cursor came to a question, or to a heading (None)."""

        question: Question | None

    @dataclass
    class Selected(Message):
        """A question was chosen with enter or a second click."""

        question: Question

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        self._questions: Sequence[Question] = ()
        self._statuses: Mapping[str, Status] = {}
        self._folded: set[str] = set()
        self._flat = False

    def show(
        self, questions: Sequence[Question], statuses: Mapping[str, Status], *, flat: bool, anew: bool = False
    ) -> None:
        """List these questions; `flat` keeps their order, as a search has it.

        The cursor stays where it was; `anew` puts it on the first.
        """
        here = self.question
        self._questions, self._statuses, self._flat = questions, statuses, flat
        self._lay_out()
        self.cursor = self._row_of(here.id) if here and not anew else self._first_question()
        self.refresh()
        self.post_message(self.Highlighted(self.question))

    @property
    def question(self) -> Question | None:
        """The question under the cursor."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return None if isinstance(row, Heading) else row

    def go_to(self, question_id: str) -> None:
        """Put the cursor on a question, if it is listed."""
        self.cursor = self._row_of(question_id)

    def _lay_out(self) -> None:
        if self._flat:
            self.rows = list(self._questions)
        else:
            self.rows = []
            for level in LEVELS:
                some = [question for question in self._questions if question.level == level]
                if some:
                    known = sum(self._statuses[question.id].mastery for question in some) / len(some)
                    self.rows.append(Heading(level, len(some), known, level not in self._folded))
                    self.rows += [] if level in self._folded else some
        self.virtual_size = Size(0, len(self.rows))

    def _row_of(self, question_id: str) -> int:
        rows = (
            i for i, row in enumerate(self.rows) if not isinstance(row, Heading) and row.id == question_id
        )
        return next(rows, self._first_question())

    def _first_question(self) -> int:
        return next((i for i, row in enumerate(self.rows) if not isinstance(row, Heading)), 0)

    # Moving --------------------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self.scroll_to_region(Region(0, max(0, new - (new == 1)), 1, 1), animate=False, force=True)
        self.refresh()
        if old != new:
            self.post_message(self.Highlighted(self.question))

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(1, self.size.height - 1)

    def action_to(self, row: int) -> None:
        self.cursor = row if row >= 0 else len(self.rows) - 1

    def action_select(self) -> None:
        if self.question:
            self.post_message(self.Selected(self.question))
        else:
            self.action_fold()

    def action_fold(self) -> None:
        """Fold or unfold the level that the cursor is in."""
        row = self.rows[self.cursor] if self.rows else None
        if row is None or self._flat:
            return
        level = row.level
        self._folded ^= {level}
        self._lay_out()
        headings = [i for i, row in enumerate(self.rows) if isinstance(row, Heading) and row.level == level]
        self.cursor = headings[0] if level in self._folded or isinstance(row, Heading) else self.cursor
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if row >= len(self.rows):
            return
        if row == self.cursor or isinstance(self.rows[row], Heading):
            self.cursor = row
            self.action_select()
        else:
            self.cursor = row

    # Drawing -------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[index]
        base = self.rich_style
        if index == self.cursor:
            base += self.get_component_rich_style("question-list--cursor", partial=not self.has_focus)
        segments = self._heading(row, base) if isinstance(row, Heading) else self._question(row, base, width)
        return Strip(segments).adjust_cell_length(width, base)

    def _heading(self, row: Heading, base: Style) -> list[Segment]:
        style = base + self.get_component_rich_style("question-list--heading", partial=True)
        arrow = "▾" if row.is_open else "▸"
        return [Segment(f"{arrow} {row.level.capitalize():<14}{row.count:>5}  {_bar(row.mastery)}", style)]

    def _question(self, question: Question, base: Style, width: int) -> list[Segment]:
        status = self._statuses[question.id]
        dim = base + self.get_component_rich_style("question-list--dim", partial=True)
        due = base + self.get_component_rich_style("question-list--due", partial=True)
        label = f"{'⚑ ' if status.flagged else ''}{status.label}"
        tail = f" {label:>6} {'⚗' if question.experiment else ' '}"
        name = f" {question.number or '·':>4} "
        text = question.title
        room = width - len(name) - len(tail)
        body = Strip([Segment(text, base)]).crop(0, room)
        if body.cell_length == room and len(text) > room:
            body = Strip([*body.crop(0, room - 1), Segment("…", base)])
        return [
            Segment(name, dim),
            *body.adjust_cell_length(room, base),
            Segment(tail, due if status.is_due else dim),
        ]


def _bar(mastery: float) -> str:
    full, rest = divmod(round(mastery * BAR_WIDTH * 7), 7)
    return ("▇" * full + (BAR[rest] if full < BAR_WIDTH else "")).ljust(BAR_WIDTH, "▁")
