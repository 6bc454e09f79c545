"""Change the knobs of a run and race again."""

from collections.abc import Mapping
from typing import Any

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from app.tui.text import plain
from app.tui.widgets.fields import form
from experiments.engine import settings, sources
from experiments.engine.settings import Settings


class SettingsScreen(ModalScreen[dict[str, Any] | None]):
    """One field per setting. Dismissed with what differs from the experiment's own, or None."""

    BINDINGS = [("escape", "dismiss", "Leave as it was"), ("ctrl+r", "race", "Run with these")]

    def __init__(self, current: Settings, chosen: Mapping[str, Any]) -> None:
        super().__init__()
        self.current = current
        self.chosen = dict(chosen)

    def compose(self) -> ComposeResult:
        fields = {
            name: Input(_shown(getattr(self.current, name)), id=name, compact=True) for name in settings.NAMES
        }
        yield from form("Settings · enter runs with these", fields, Static(id="problem"))

    @on(Input.Submitted)
    def action_race(self) -> None:
        """Check all fields; a wrong one is named and nothing is lost."""
        typed = {name: settings.parsed(self.query_one(f"#{name}", Input).value) for name in settings.NAMES}
        changed = {name: value for name, value in typed.items() if value != getattr(self.current, name)}
        try:
            sources.knobs(settings.build(msgspec.to_builtins(self.current), changed))
        except (settings.SettingsError, sources.SourceError) as problem:
            self.query_one("#problem", Static).update(plain(str(problem), "$text-error"))
            return
        self.dismiss({**self.chosen, **changed})


def _shown(value: Any) -> str:
    return "all" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
