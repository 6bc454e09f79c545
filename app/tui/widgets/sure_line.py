"""How many seeds a verdict stands on."""

from collections.abc import Mapping, Sequence

from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from app.lab.pool import Pool
from app.lab.race import Race
from app.lab.repeats import Repeats
from app.tui.text import plain
from experiments.engine import Run
from experiments.engine.events import Error


class SureLine(Static):
    """Under the verdict: its number of runs, and what they show together; empty while there is none."""

    class Added(Message):
        """A further seed has been run, or none is wanted any more. `runs`: one seed each, by variant."""

        def __init__(self, runs: Sequence[Mapping[str, Run]], wanted: int) -> None:
            super().__init__()
            self.runs = runs
            self.wanted = wanted

    _repeats: Repeats | None = None

    def clear(self) -> None:
        """Nothing has been decided."""
        self._repeats = None
        self.update("")

    def begin(self, race: Race) -> None:
        """A plan was decided, in one race so far."""
        self._repeats = Repeats([race])
        self._show()

    def add(self, pool: Pool) -> None:
        """Run one seed more, after those that are running or wanted."""
        assert self._repeats is not None
        self._repeats.error = None
        self._repeats.wanted += 1
        self._show()
        if self._repeats.wanted == 1:
            self.run_worker(
                self._run(self._repeats, pool), group="seeds", exclusive=True, exit_on_error=False
            )

    def stop(self) -> None:
        """Leave what runs, and run no more."""
        self.workers.cancel_group(self, "seeds")
        if self._repeats is not None:
            self._repeats.wanted = 0
            self._tell(self._repeats)

    async def _run(self, repeats: Repeats, pool: Pool) -> None:
        async for _ in repeats.add(pool):
            if repeats.error:
                repeats.wanted = 0
            if repeats is self._repeats:
                self._tell(repeats)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Seeds that failed outside of their events are told as well."""
        if event.state is WorkerState.ERROR and self._repeats is not None:
            problem = event.worker.error
            self._repeats.error = Error(type(problem).__name__, str(problem))
            self.stop()

    def _tell(self, repeats: Repeats) -> None:
        self._show()
        self.post_message(self.Added([race.runs for race in repeats.races[1:]], repeats.wanted))

    def _show(self) -> None:
        repeats = self._repeats
        assert repeats is not None
        parts = ["1 run" if len(repeats.races) == 1 else repeats.words]
        if repeats.wanted:
            parts.append(f"running seed {repeats.next_seed}, {repeats.wanted} to go")
        if repeats.error:
            parts.append(f"stopped: {repeats.error.message}")
        self.update(plain(" · ".join(parts), "dim"))
