"""A race repeated with further seeds: one outcome may be luck, twelve that agree say more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.lab.plan import with_seed
from app.lab.pool import Pool
from app.lab.race import Race, follow
from app.lab.rates import at_least
from experiments.engine.events import Error


@dataclass
class Repeats:
    """Races of one plan that were decided, a seed each; the first is there already.

    wanted: how many more are asked for.
    """

    races: list[Race]
    wanted: int = 0
    error: Error | None = None

    async def add(self, pool: Pool) -> AsyncIterator[None]:
        """Run one seed after the other while some are wanted, and yield after each. An error ends it."""
        while self.wanted and self.error is None:
            race = await follow(with_seed(self.races[0].plan, self.next_seed), pool)
            if race.errors:
                self.error = race.errors[0]
            else:
                self.races.append(race)
            self.wanted -= 1
            yield

    @property
    def next_seed(self) -> int:
        return self.races[0].plan.settings.seed + len(self.races)

    @property
    def words(self) -> str:
        """How often each outcome came, and what that shows."""
        outcomes = [race.result.outcome for race in self.races if race.result]
        total = len(outcomes)
        counts = {name: outcomes.count(name) for name in dict.fromkeys(outcomes)}
        if len(counts) == 1:
            (name,) = counts
            return f"{name} {total} of {total}: at least {at_least(total, total):.0%} of seeds"
        came = ", ".join(f"{name} {times}" for name, times in counts.items())
        return f"depends on the seed: {came} of {total}"
