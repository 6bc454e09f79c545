"""The line on top of the Lab: what runs, on what, and for how long."""

from time import perf_counter

from app.lab.plan import Plan
from app.lab.race import Race
from app.tui.widgets.top_line import TopLine


class RunLine(TopLine):
    """The plan on the left; how far its race is on the right, and once it is over, how long it took."""

    plan: Plan | None = None
    seconds = 0.0
    _race: Race | None = None
    _began = 0.0

    def begin(self, race: Race) -> None:
        """Count from now on."""
        self._race, self._began = race, perf_counter()

    def show(self, state: str) -> None:
        """How things stand in this state of the Lab."""
        if self.plan is None:
            return
        settings = self.plan.settings
        parts = [self.plan.name, f"seed {settings.seed}", f"model {settings.model}", f"data {settings.data}"]
        if self._race and self._race.hello:
            parts.append(self._race.hello.device)
        self.say(" · ".join(parts), self._clock(state))

    def _clock(self, state: str) -> str:
        if state == "ready" or self._race is None:
            return ""
        if state == "running":
            self.seconds = perf_counter() - self._began
            steps = max((len(run.steps) for run in self._race.runs.values()), default=0)
            state = f"step {steps}" if self._race.hello else "importing the libraries"
        return f"{state}  {self.seconds:.1f} s"
