"""The page with a cursor on it: the line whose names are looked at."""

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message

from app.tui.widgets.page_view import Line, PageView


class LookPage(PageView):
    """The page as the Lab shows it. The running lines are where the runs stand; the cursor goes anywhere."""

    COMPONENT_CLASSES = PageView.COMPONENT_CLASSES | {"look-page--cursor"}
    BINDINGS = [
        Binding("up,k", "cursor(-1)", "Line up", show=False),
        Binding("down,j", "cursor(1)", "Line down", show=False),
        Binding("pageup", "cursor(-10)", "Lines up", show=False),
        Binding("pagedown", "cursor(10)", "Lines down", show=False),
    ]

    class Moved(Message):
        """The cursor was moved to another row by hand."""

    cursor = 0

    def to(self, row: int) -> None:
        """Put the cursor on a row, and show it."""
        self.cursor = max(0, min(row, len(self.lines) - 1))
        top, height = self.scroll_offset.y, self.size.height
        if not top + 1 <= self.cursor < top + height - 1:
            self._hold(self.cursor)
        self.refresh()

    def action_cursor(self, by: int) -> None:
        self._put(self.cursor + by)

    def on_click(self, event: events.Click) -> None:
        inside = event.get_content_offset(self)
        if inside is not None:
            self._put(inside.y + self.scroll_offset.y)

    def _put(self, row: int) -> None:
        before = self.cursor
        self.to(row)
        if self.cursor != before:
            self.post_message(self.Moved())

    def _mark(self, line: Line, row: int) -> str:
        mark = super()._mark(line, row)
        return "›" if mark == " " and row == self.cursor else mark

    def _style(self, line: Line, row: int) -> Style:
        style = super()._style(line, row)
        return style + self._background("cursor", "look-page") if row == self.cursor else style
