"""Real training runs for the tests of the experiments, through the same lab as the app's.

A page that one test has run is not run again for another. Where it stands twice in one experiment it is run
twice, because that the two are equal, or are not, may be what the experiment shows.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Edit, Outcome, Run, catalog
from experiments.engine.events import Error, Event
from experiments.engine.settings import Settings

HERE = Path(__file__).parent
Proof = tuple[Outcome, dict[str, Run]]


Page = tuple[str, Settings, str | None]
"""What decides a run: the page, its settings, and the module that looks at what it left behind."""


class Runs(Race):
    """A race that decides nothing."""

    def _decided(self) -> Outcome | Error:
        return Outcome("", "")


class Runner:
    """One event loop and one pool of warm workers for the whole session, and the runs that came to an end."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.pool = Pool()
        self.known: dict[Page, Run] = {}

    def runs(self, planned: Plan) -> Mapping[str, Run]:
        """The runs of a plan, by variant. Where variants take turns, all are run: times are compared."""
        if planned.interleaved:
            return self._race(planned)
        pages = {variant: (text, planned.settings, planned.module) for variant, text in planned.pages.items()}
        first = {page: variant for variant, page in reversed(pages.items())}
        known = {
            variant: replace(self.known[page], variant=variant)
            for page, variant in first.items()
            if page in self.known
        }
        missing = {variant: text for variant, text in planned.pages.items() if variant not in known}
        raced = self._race(replace(planned, pages=missing)) if missing else {}
        for variant, run in raced.items():
            self.known.setdefault(pages[variant], run)
        return {variant: known.get(variant) or raced[variant] for variant in pages}

    def _race(self, planned: Plan) -> Mapping[str, Run]:
        race = Runs(planned, self.pool)
        events = self.loop.run_until_complete(_all(race))
        errors = [event for event in events if isinstance(event, Error)]
        assert not errors, errors
        return race.runs


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.loop.run_until_complete(runner.pool.close())
    runner.loop.close()


@pytest.fixture
def prove(runner: Runner) -> Callable[..., Proof]:
    """`prove(name, edits=None, **settings)`: runs an experiment, gives its outcome and its runs.

    edits: variants to replace, by name, to break the experiment on purpose.
    """

    def run(name: str, edits: Mapping[str, Sequence[Edit]] | None = None, **settings: Any) -> Proof:
        trial = catalog.find(name)
        if edits:
            variants = {**trial.experiment.variants, **edits}
            trial = replace(trial, experiment=replace(trial.experiment, variants=variants))
        race = Race(plan(trial, settings), runner.pool)
        race.runs = dict(runner.runs(race.plan))
        outcome = race._decided()
        assert isinstance(outcome, Outcome), outcome
        return outcome, race.runs

    return run


async def _all(race: Race) -> list[Event]:
    return [event async for event in race.events()]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file are run by one process, which knows what it has run."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
