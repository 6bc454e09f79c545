"""Fields with their labels, and a small form of them in a panel."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Footer, Label, Static

from app.tui.text import plain


def form(title: str, fields: Mapping[str, Widget], *below: Widget) -> ComposeResult:
    """What a modal screen of fields is composed of."""
    with VerticalScroll(classes="panel", can_focus=False):
        yield Static(plain(title, "bold"))
        yield from rows(fields)
        yield from below
    yield Footer()


def rows(fields: Mapping[str, Widget]) -> ComposeResult:
    """A line for each field, with its label before it."""
    for label, field in fields.items():
        with Horizontal(classes="field"):
            yield Label(plain(label))
            yield field
