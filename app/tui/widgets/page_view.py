"""The page, with what one variant changes and the line that runs now."""

import difflib
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle

from app.tui.text import code_lines

GUTTER = 7


@dataclass(frozen=True)
class Line:
    """One row: its number on the baseline's page or on the variant's, and its sign as in a diff."""

    old: int | None
    new: int | None
    sign: str
    text: Content

    @property
    def number(self) -> int:
        return self.old or self.new or 0


class PageView(ScrollView, can_focus=True):
    """Both pages as one: `-` stands only on the baseline's, `+` only on the variant's."""

    COMPONENT_CLASSES = {
        "page-view--gutter",
        "page-view--added",
        "page-view--removed",
        "page-view--running",
        "page-view--raised",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[Line] = []
        self._old_running: tuple[int, int] | None = None
        self._new_running: tuple[int, int] | None = None
        self._raised: dict[int, str] = {}
        self._held = 0

    def show(self, baseline: str, variant: str) -> None:
        """Show two pages, scrolled to their first difference."""
        self.lines = merge(baseline, variant)
        self._old_running = self._new_running = None
        self._raised = {}
        width = max((line.text.cell_length for line in self.lines), default=0) + GUTTER
        self.virtual_size = Size(width, len(self.lines))
        self.to_change()
        self.refresh()

    def to_change(self) -> None:
        """Scroll to the first difference."""
        first = next((i for i, line in enumerate(self.lines) if line.sign != " "), 0)
        self._hold(first)

    def _hold(self, row: int) -> None:
        """Bring a row to the middle, and keep it there while the room changes."""
        self._held = row
        self.scroll_to(0, max(0, row - self.size.height // 2), animate=False, force=True)

    def on_resize(self) -> None:
        self._hold(self._held)

    def light(self, *, old: tuple[int, int] | None, new: tuple[int, int] | None) -> None:
        """Light the lines that run now on the baseline's page and on the variant's."""
        if (old, new) == (self._old_running, self._new_running):
            return
        self._old_running, self._new_running = old, new
        row = next((i for i, line in enumerate(self.lines) if self._is_running(line)), None)
        if row is not None and not self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
            self._hold(row)
        self.refresh()

    def mark_raised(self, line: int | None, message: str, *, on_baseline: bool) -> None:
        """Write an exception beside its line."""
        for row, shown in enumerate(self.lines):
            if (shown.old if on_baseline else shown.new) == line and line is not None:
                self._raised[row] = message
                self._hold(row)
        self.refresh()

    def unmark(self) -> None:
        """No exception stands on any line."""
        self._raised = {}
        self.refresh()

    @property
    def has_raised(self) -> bool:
        """Whether an exception stands beside one of the lines."""
        return bool(self._raised)

    def _is_running(self, line: Line) -> bool:
        return _within(line.old, self._old_running) or _within(line.new, self._new_running)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.size.width
        if row >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        line = self.lines[row]
        base = self.rich_style + self._style(line, row)
        gutter = self.get_component_rich_style("page-view--gutter", partial=True)
        head = [Segment(f"{self._mark(line, row)}{line.sign}{line.number:>3}  ", base + gutter)]
        body = line.text.render_segments(VisualStyle.from_rich_style(base))
        tail = [Segment(f"   ✗ {self._raised[row]}", base)] if row in self._raised else []
        text = Strip([*body, *tail]).crop(self.scroll_offset.x)
        return Strip([*head, *text]).crop(0, width).extend_cell_length(width, base)

    def _mark(self, line: Line, row: int) -> str:
        return "✗" if row in self._raised else "▶" if self._is_running(line) else " "

    def _style(self, line: Line, row: int) -> Style:
        if row in self._raised:
            return self._background("raised")
        if self._is_running(line):
            return self._background("running")
        kinds = {"+": "added", "-": "removed"}
        return self._background(kinds[line.sign]) if line.sign in kinds else Style()

    def _background(self, kind: str, whose: str = "page-view") -> Style:
        return Style(bgcolor=self.get_component_rich_style(f"{whose}--{kind}").bgcolor)


def merge(baseline: str, variant: str) -> list[Line]:
    """The lines of both pages in one list, in order."""
    old, new = baseline.splitlines(), variant.splitlines()
    old_text, new_text = code_lines(baseline), code_lines(variant)
    lines: list[Line] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line(i + 1, i - a + c + 1, " ", old_text[i]) for i in range(a, b)]
        else:
            lines += [Line(i + 1, None, "-", old_text[i]) for i in range(a, b)]
            lines += [Line(None, i + 1, "+", new_text[i]) for i in range(c, d)]
    return lines


def _within(line: int | None, span: tuple[int, int] | None) -> bool:
    return line is not None and span is not None and span[0] <= line <= span[1]
