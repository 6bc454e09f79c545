"""The line on top of a screen: what it is on the left, how things stand on the right."""

from textual.content import Content
from textual.widgets import Static

from app.tui.text import plain


class TopLine(Static):
    """Both ends of a line, as wide as the screen; what does not fit is cut from the left one."""

    DEFAULT_CSS = """
    TopLine { height: 1; padding: 0 1; background: $panel; color: $text; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left = self._right = ""

    def say(self, left: str, right: str = "") -> None:
        """Show these from now on."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Content:
        right = plain(self._right)
        room = max(0, self.size.width - right.cell_length - 1)
        left = plain(self._left).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(left, " ", right)
