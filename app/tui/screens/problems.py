"""What is wrong with the bank's files; the good questions are loaded all the same."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.bank.problems import Problem
from app.tui.text import plain


class ProblemsScreen(ModalScreen[None]):
    """Each problem as `viva check` prints it."""

    BINDINGS = [("escape,p,q", "dismiss", "Back")]

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain("Problems in the bank's files", "bold"))
            for problem in self.problems:
                yield Static(plain(str(problem)), classes="problem")
        yield Footer()
