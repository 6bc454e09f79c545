"""Asks before code from outside viva's own bank is run."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.lab.plan import NeedsConsent
from app.tui.text import plain


class ConsentScreen(ModalScreen[bool]):
    """Shows all that would run; only `y` says yes."""

    BINDINGS = [
        ("y", "dismiss(True)", "Yes, run this code"),
        ("n,escape", "dismiss(False)", "No"),
        ("down", "read_on", "Read on"),
    ]

    def __init__(self, needed: NeedsConsent) -> None:
        super().__init__()
        self.needed = needed

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain(f"{self.needed.plan.name} brings code of its own.", "bold"))
            yield Static(plain("Edits are code: they run with your rights. Read them before you say yes."))
            used = self.needed.plan.settings
            yield Static(plain(f"They run on model {used.model} and data {used.data}."))
            for variant, diff in self.needed.plan.changes().items():
                yield Static(plain(f"\n{variant}\n{diff or '(the page as it stands)'}"))
        yield Footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is more to read where the diffs are longer than the panel."""
        return action != "read_on" or self.query_one(".panel").max_scroll_y > 0

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def action_read_on(self) -> None:
        self.query_one(".panel").scroll_down(animate=False)
