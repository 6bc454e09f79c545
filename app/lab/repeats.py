"""A run repeated with further seeds: one outcome may be luck, twelve that agree say more."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from app.lab.plan import Plan, with_seed
from app.lab.pool import Pool
from app.lab.race import Race
from app.lab.rates import at_least
from experiments.engine import Run
from experiments.engine.events import Error, Verdict


@dataclass
class Repeats:
    """What a plan came to, seed by seed; the first run is there already.

    runs: those of each further seed, by variant. wanted: how many more are asked for.
    """

    plan: Plan
    outcomes: list[str]
    runs: list[Mapping[str, Run]] = field(default_factory=list)
    wanted: int = 0
    error: Error | None = None

    async def add(self, pool: Pool) -> AsyncIterator[None]:
        """Run one seed after the other while some are wanted, and yield after each. An error ends it."""
        while self.wanted and self.error is None:
            planned = with_seed(self.plan, self.plan.settings.seed + len(self.outcomes))
            race = Race(planned, pool)
            async with aclosing(race.events()) as events:
                async for event in events:
                    if isinstance(event, Verdict):
                        self.outcomes.append(event.outcome)
                        self.runs.append(race.runs)
                    elif isinstance(event, Error):
                        self.error = event
            self.wanted -= 1
            yield

    @property
    def words(self) -> str:
        """How often each outcome came, and what that shows."""
        total = len(self.outcomes)
        counts = {name: self.outcomes.count(name) for name in dict.fromkeys(self.outcomes)}
        if len(counts) == 1:
            (name,) = counts
            return f"{name} {total} of {total}: at least {at_least(total, total):.0%} of seeds"
        came = ", ".join(f"{name} {times}" for name, times in counts.items())
        return f"depends on the seed: {came} of {total}"
