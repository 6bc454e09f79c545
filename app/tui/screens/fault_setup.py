"""Which case: its level, and its number."""

from contextlib import suppress

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from app.bank.schema import LEVELS
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.choice import Choice
from app.tui.widgets.fields import form

MOST_SEED = 2**32 - 1


class FaultSetup(ModalScreen[None]):
    """The defaults are fine: enter starts, and the case takes this screen's place."""

    CSS_PATH = "interview_setup.tcss"
    BINDINGS = [
        Binding("enter", "start", "Start", priority=True),
        Binding("escape", "dismiss", "Not now"),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        fields = {
            "level": Choice(LEVELS, id="level"),
            "case": Input(id="case", compact=True, type="integer"),
        }
        about = "basic raises, intermediate learns badly, advanced looks fine, debugging has three."
        yield from form("Find the fault · enter starts it", fields, Static(plain(about), id="drawn"))

    def on_mount(self) -> None:
        self.query_one("#level").focus()
        self._suggest()

    @on(Choice.Changed)
    def _suggest(self) -> None:
        """A case of the level; one with a fault that is due, where there is one."""
        from app.faults.cards import seed_for

        with suppress(ValueError):  # a level without cases, which the start says
            level = self.query_one(Choice).value
            self.query_one("#case", Input).value = str(seed_for(level, self.context.schedule))

    def action_start(self) -> None:
        from app.faults.case import draw
        from app.tui.screens.fault import FaultScreen

        typed = self.query_one("#case", Input).value
        if not typed.isdecimal() or int(typed) > MOST_SEED:
            self.notify(
                f"{typed or 'nothing'!r} is no case; expected a number", severity="error", markup=False
            )
            return
        try:
            case = draw(int(typed), self.query_one(Choice).value)
        except ValueError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        self.app.switch_screen(FaultScreen(self.context, case))
