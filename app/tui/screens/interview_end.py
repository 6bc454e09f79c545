"""Asks before an interview ends early."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.tui.text import plain


class EndScreen(ModalScreen[bool]):
    """Only `e` ends it; `said` tells what there would be a score card of."""

    BINDINGS = [("e", "dismiss(True)", "End it"), ("escape,space,enter", "dismiss(False)", "Go on")]

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain("End the interview here?", "bold"))
            yield Static(plain(f"{self.said} The clock stands."))
        yield Footer()
