"""A mended page races the healthy one, on seeds that were not shown, and is judged by what it does."""

import ast
from collections.abc import Callable, Mapping
from contextlib import aclosing
from random import Random

from app.faults import recorded
from app.faults.case import Case
from app.faults.judge import Difference, Judgement, Kind, judge
from app.faults.plan import SETTINGS, race_plan
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Run, page
from experiments.engine.events import Error, Event, Step
from experiments.engine.page import PageError

SEEDS = 2
"""On how many seeds a mend is judged."""
HEALTHY, MENDED = "healthy", "mended"
MOST_STEPS = 2 * SETTINGS["num_training_steps"]
"""After so many steps of a mended page it has been seen that there are too many."""


class NotJudged(Exception):
    """The race failed for a reason that is not the page's; the message says why."""


def race_of(case: Case, text: str) -> Plan:
    """The plan that judges a mended page; the text is the person's own.

    Raises PageError where Python cannot read it, or it has no `seed` to set.
    """
    try:
        ast.parse(text)
    except SyntaxError as problem:
        raise PageError(f"line {problem.lineno}: {problem.msg}") from None
    except (ValueError, RecursionError, MemoryError) as problem:
        raise PageError(f"Python cannot read the page: {problem or 'nested too deep'}") from None
    seeds = Random(f"judge {case.level} {case.seed}").sample(range(2_000, 1_000_000), SEEDS)
    pages = {}
    for at, seed in enumerate(seeds, 1):
        pages[f"{HEALTHY} {at}"] = page.set_knobs(case.healthy, {"seed": seed})
        pages[f"{MENDED} {at}"] = page.set_knobs(text, {"seed": seed})
    return race_plan(case.name, pages)


async def judged(
    case: Case, planned: Plan, pool: Pool, tell: Callable[[Event, Race], None] = lambda event, race: None
) -> Judgement:
    """Race a mended page and judge it. Raises NotJudged, and NeedsConsent before anything runs."""
    race = Race(planned, pool)
    async with aclosing(race.events()) as events:
        async for event in events:
            tell(event, race)
            if isinstance(event, Error):
                raise NotJudged(f"{event.type}: {event.message}")
            if isinstance(event, Step) and event.step > MOST_STEPS:
                words = f"makes more than {MOST_STEPS} training steps, the healthy page {MOST_STEPS // 2}"
                return Judgement(False, (Difference("recipe", words),), hides=True)
    return judge(pairs_of(race.runs), recorded.spread(), symptom_of(case))


def pairs_of(runs: Mapping[str, Run]) -> list[tuple[Run, Run]]:
    """The healthy and the mended run of each seed."""
    return [(runs[f"{HEALTHY} {at}"], runs[f"{MENDED} {at}"]) for at in range(1, len(runs) // 2 + 1)]


def symptom_of(case: Case) -> frozenset[Kind]:
    """What the case's symptom is about."""
    return frozenset(kind for kind, _ in case.recorded.differences)
