"""Keep a page edited by hand: as a question of one's own, or as an experiment module."""

import re
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from app.bank.schema import KEBAB
from app.lab import saving
from app.lab.plan import Plan
from app.study.store import Store, StoreError
from app.tui.text import plain
from experiments.engine.page import PageError


class SaveEditScreen(ModalScreen[None]):
    """Asks for a name and a question."""

    BINDINGS = [
        ("ctrl+s", "as_question", "Save as a question"),
        ("ctrl+e", "as_module", "Save as a module"),
        ("escape", "dismiss", "Leave"),
    ]

    def __init__(self, plan: Plan, edited: str, store: Store) -> None:
        super().__init__()
        self.plan = plan
        self.edited = edited
        self.store = store

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain("Keep this edit", "bold"))
            yield Static(plain("its id, in lower-case words with hyphens"))
            yield Input(id="save-id", placeholder="what-if-twice", compact=True)
            yield Static(plain("the question it answers"))
            yield Input(id="save-text", placeholder="What happens if the loss is doubled?", compact=True)
            yield Static(id="problem")
        yield Footer()

    def _typed_id(self) -> str | None:
        """The id that was typed, or None where it is none, which is said."""
        name = self.query_one("#save-id", Input).value.strip()
        if re.fullmatch(KEBAB, name):
            return name
        self._say(f"{name or 'nothing'!r} is no id; expected lower-case words with hyphens, such as low-rate")
        return None

    def _say(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text, "$text-error"))

    def action_as_question(self) -> None:
        """Into the pack `mine`; what one wrote oneself is trusted."""
        name = self._typed_id()
        if name is None:
            return
        text = self.query_one("#save-text", Input).value.strip() or f"What does {name} show?"
        try:
            path, content_hash = saving.save_question(self.plan, self.edited, name, text)
            self.store.trust(content_hash)
        except (OSError, PageError, StoreError) as problem:
            self._say(str(problem))
            return
        self._saved(path)

    def action_as_module(self) -> None:
        """A Python file, to be put beside the page by whoever works on viva itself."""
        name = self._typed_id()
        if name is None:
            return
        try:
            path = saving.save_module(self.plan, self.edited, name.replace("-", "_"))
        except (OSError, PageError) as problem:
            self._say(str(problem))
            return
        self._saved(path)

    def _saved(self, path: Path) -> None:
        self.app.bank_grew()  # type: ignore[attr-defined]
        self.notify(f"Saved {path}", markup=False)
        self.dismiss(None)
