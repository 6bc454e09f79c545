"""Whether a forked run is the run that it would have been alone: `python -m bench.equality [NAME]...`.

Each experiment is raced as the app races it, what its pages have in common run once; then each of its
variants is run alone. All that the two have shown has to be equal to the last bit: losses, gradients' norms,
learning rates, tokens, metrics, what raised, and what was observed. Seconds and memory are measured, not
computed, so an observed value that differs is held against a second lone run: where lone runs differ among
themselves, the page does not determine it, and it is named rather than compared.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.bank import OWN
from app.bank.load import load
from app.bank.schema import Inline
from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.proof import trial_of
from app.lab.race import Race
from bench.racing import begin_ahead
from experiments.engine import Run, catalog
from experiments.engine.experiment import Trial

SERIES = ("loss", "grad_norm", "learning_rate", "tokens", "padding")


@dataclass
class Compared:
    """One experiment's variants. `different` and `not determined` have (variant, name of what was shown)."""

    variants: int = 0
    figures: int = 0
    different: list[tuple[str, str]] = field(default_factory=list)
    not_determined: list[tuple[str, str]] = field(default_factory=list)


def trials() -> dict[str, Trial]:
    """Every experiment of viva's own, those written in the bank among them."""
    inline = [one for one in load([OWN]).questions if isinstance(one.experiment, Inline)]
    return {name: catalog.find(name) for name in catalog.names()} | {one.id: trial_of(one) for one in inline}


async def compare(planned: Plan, pool: Pool, ahead: bool = False) -> Compared:
    """Hold each variant of a plan, forked, against itself alone. `ahead`: the forked run had begun before."""
    if ahead:
        await begin_ahead(planned, pool)
    together = await _runs(planned, pool)
    compared = Compared()
    for variant, page in planned.pages.items():
        alone = replace(planned, pages={variant: page})
        run = shown((await _runs(alone, pool))[variant])
        forked = shown(together[variant])
        different = [name for name in run.keys() | forked.keys() if run.get(name) != forked.get(name)]
        if different:
            again = shown((await _runs(alone, pool))[variant])
            undetermined = [name for name in different if run.get(name) != again.get(name)]
            compared.not_determined += [(variant, name) for name in undetermined]
            compared.different += [(variant, name) for name in different if name not in undetermined]
        compared.variants += 1
        compared.figures += sum(map(len, (series for series in run.values() if isinstance(series, list))))
    return compared


async def _runs(planned: Plan, pool: Pool) -> Mapping[str, Run]:
    race = Race(planned, pool)
    async for _ in race.events():
        pass
    return race.runs


def shown(run: Run) -> dict[str, Any]:
    """All that a run has shown, but for how long it took and how much memory; a nan is equal to itself."""
    series = {name: [getattr(step, name) for step in run.steps] for name in SERIES}
    raised = run.raised and (run.raised.type, run.raised.message, run.raised.line)
    observed = {f"observed: {name}": value for name, value in run.observed.items()}
    return {**series, "metrics": run.metrics, "raised": raised, "lines": list(run.lines), **observed}


async def main(names: list[str], settings: Mapping[str, Any], ahead: bool) -> int:
    known, pool = trials(), Pool()
    totals = Compared()
    try:
        for name in names or known:
            compared = await compare(plan(known[name], settings), pool, ahead)
            totals.variants += compared.variants
            totals.figures += compared.figures
            totals.different += compared.different
            said = f"{compared.variants} variants, {compared.figures} figures equal to the last bit"
            if compared.different:
                said = f"DIFFERENT: {compared.different}"
            aside = f"; not determined by the page: {compared.not_determined}" * bool(compared.not_determined)
            print(f"{name}: {said}{aside}", flush=True)
    finally:
        await pool.close()
    print(f"{totals.variants} variants, {totals.figures} figures, {len(totals.different)} different")
    return bool(totals.different)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--ahead", action="store_true", help="let the forked run begin before it is asked for"
    )
    parser.add_argument("--steps", type=int, help="a shorter run of each")
    given = parser.parse_args()
    settings = {"num_training_steps": given.steps} if given.steps else {}
    sys.exit(asyncio.run(main(given.names, settings, given.ahead)))
