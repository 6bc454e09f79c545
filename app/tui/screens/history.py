"""The earlier runs of an experiment, as they were recorded."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from app.study.records import Run
from app.study.store import Store
from app.tui.text import plain

MOST = 50


class HistoryScreen(ModalScreen[None]):
    """The latest runs first. Everything here is recorded, nothing runs now."""

    BINDINGS = [("escape,h,q", "dismiss", "Back")]

    def __init__(self, store: Store, experiment: str) -> None:
        super().__init__()
        self.experiment = experiment
        self.runs = [run for run in store.all(Run) if run.experiment == experiment][::-1][:MOST]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="panel"):
            yield Static(plain(f"{self.experiment} · {len(self.runs)} recorded runs", "bold"))
            if not self.runs:
                yield Static(plain("None yet."))
            for run in self.runs:
                when = run.started_at.astimezone()
                used = run.settings
                about = f"seed {used.get('seed')} · model {used.get('model')} · data {used.get('data')}"
                yield Static(plain(f"\n{when:%Y-%m-%d %H:%M} · {run.seconds:.1f} s · {about}", "dim"))
                yield Static(plain(f"{run.outcome}: {run.finding}"))
        yield Footer()
