"""The page in an editor: change it and race it against the baseline."""

import ast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Footer, Static, TextArea

from app.lab.plan import Plan
from app.tui.text import plain

TITLE = "The page · ctrl+r races it against the baseline"


class EditorScreen(ModalScreen[str | None]):
    """Python, undo and redo as the editor has them. Dismissed with the text to run, or None."""

    BINDINGS = [
        ("ctrl+r", "race", "Race it"),
        ("ctrl+o", "reset", "Back to the baseline"),
        Binding("escape", "dismiss", "Leave", priority=True),  # the text area would keep it
    ]

    def __init__(self, plan: Plan, variant: str, title: str = TITLE, line: int = 1) -> None:
        super().__init__()
        self.heading = title
        self.line = line
        self.plan = plan
        self.variant = variant

    def compose(self) -> ComposeResult:
        yield Static(plain(self.heading), id="editor-title")
        yield TextArea.code_editor(self.plan.pages[self.variant], language="python", id="editor")
        yield Static(id="problem")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.query_one(TextArea).cursor_location = (self.line - 1, 0)

    def action_race(self) -> None:
        text = self.query_one(TextArea).text
        try:
            ast.parse(text)
        except (SyntaxError, ValueError) as problem:
            line = getattr(problem, "lineno", None)
            self.query_one("#problem", Static).update(plain(f"line {line}: {problem}", "$text-error"))
            if line:
                self.query_one(TextArea).cursor_location = (line - 1, 0)
            return
        self.dismiss(text)

    def action_reset(self) -> None:
        self.query_one(TextArea).text = self.plan.pages[self.plan.baseline]
