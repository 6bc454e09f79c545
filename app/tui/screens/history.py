"""The earlier runs of an experiment, as they were recorded."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.study.records import Result
from app.study.store import Store
from app.tui.text import plain

MOST = 50


class HistoryScreen(ModalScreen[None]):
    """The latest runs first. Everything here is recorded, nothing runs now."""

    BINDINGS = [("escape,h,q", "dismiss", "Back")]

    def __init__(self, store: Store, experiment: str) -> None:
        super().__init__()
        self.experiment = experiment
        results = [result for result in store.all(Result) if result.experiment == experiment]
        self.results = results[::-1][:MOST]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain(f"{self.experiment} · {len(self.results)} recorded runs", "bold"))
            if not self.results:
                yield Static(plain("None yet."))
            for result in self.results:
                when = result.started_at.astimezone()
                about = f"{when:%Y-%m-%d %H:%M} · {result.seconds:.1f} s · {result.source}"
                yield Static(plain(f"\n{about}", "dim"))
                yield Static(plain(f"{result.outcome}: {result.finding}"))
        yield Footer()
