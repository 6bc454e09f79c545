"""One of a few, chosen with the arrow keys."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from app.tui.text import plain


class Choice(Static, can_focus=True):
    """Shows one option at a time, with how to come to the others."""

    BINDINGS = [
        Binding("left,h", "turn(-1)", "Previous", show=False),
        Binding("right,l,space", "turn(1)", "Next"),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    Choice:focus { background: $primary 50%; text-style: bold; }
    """

    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another option was chosen."""

    def __init__(self, options: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = list(options)
        self.set_reactive(Choice.value, self.options[0])

    def render(self) -> Content:
        return plain(f"◂ {self.value} ▸")

    def action_turn(self, by: int) -> None:
        self.value = self.options[(self.options.index(self.value) + by) % len(self.options)]
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_turn(1)
