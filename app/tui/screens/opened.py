"""What is inside the values of a line, in each run."""

from collections.abc import Sequence

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.lab.glass import Row
from app.tui.text import plain
from app.tui.widgets.inside import inside


class OpenedScreen(ModalScreen[None]):
    """One value after the other; what both runs hold stands once."""

    BINDINGS = [Binding("escape,enter", "dismiss", "Close", key_display="esc")]

    def __init__(self, rows: Sequence[Row], variants: Sequence[str]) -> None:
        super().__init__()
        self._drawn = [drawn for row in rows for drawn in _drawn(row, variants)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel", id="opened"):
            for name, what in self._drawn:
                yield Static(plain(name, "bold"))
                yield Static(what)
            if not self._drawn:
                yield Static(plain("There is no more in what this line holds than the line beside it says."))
        yield Footer()


def _drawn(row: Row, variants: Sequence[str]) -> list[tuple[str, RenderableType]]:
    """A heading and what is inside, for each run or once for both."""
    found = []
    for variant, value in zip(variants, row.values, strict=False):
        what = inside(value) if value else None
        if value is None or what is None:
            continue
        whose = "" if row.same or len(row.values) == 1 else f"  {variant}"
        found.append((f"{row.name}  {value.text}{whose}", what))
        if row.same:
            break
    return found
