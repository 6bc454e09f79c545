"""Runs what cases are made of and records it: the healthy page over seeds, faults, and what is harmless.

`make faults` does it. What is recorded already of the same text stays; only what is new or changed is run.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import combinations, islice, product
from random import Random
from typing import Any

import msgspec

from app import files
from app.bank.schema import LEVELS
from app.faults import judge, recorded
from app.faults.case import with_changes
from app.faults.catalogue import Change, catalogue
from app.faults.plan import base, race_plan
from app.faults.recorded import SEED, Recorded, What, digest
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine import Run, page
from experiments.engine.events import Error, Hello

HEALTHY_SEEDS = range(1000, 1016)
PAIRS, TRIPLES = 14, 16
AT_ONCE = 12
"""Pages of one race: what they have in common runs once."""

Job = tuple[What, tuple[str, ...], int, str, str]
"""What is run, the changes, the seed, the level and the page."""


def main() -> None:
    """Record what is missing, then say how many cases of each level there are."""
    asyncio.run(record())
    recorded.recorded.cache_clear()
    recorded.admitted.cache_clear()
    for level in LEVELS:
        print(f"{level}: {len(recorded.admitted(level))} admitted")
    for one in recorded.recorded():
        if one.what in ("decoy", "wordings") and one.differences:
            print(f"not harmless: {', '.join(one.ids)}: {one.differences[0][1]}", file=sys.stderr)
        if one.what == "fault" and not one.differences:
            print(f"not told from the healthy page: {' and '.join(one.ids)}", file=sys.stderr)


async def record() -> None:
    """Run the stages in their order: each is drawn from what those before have shown."""
    pool = Pool(size=1)
    try:
        for stage in (healthy_jobs, harmless_jobs, single_jobs, pair_jobs, triple_jobs):
            await _stage(list(stage()), pool)
    finally:
        await pool.close()


async def _stage(jobs: Sequence[Job], pool: Pool) -> None:
    """Run what is missing of a stage, and leave out what was recorded of texts that are no more."""
    recorded.recorded.cache_clear()
    wanted = {(what, ids, digest(text)) for what, ids, _, _, text in jobs}
    kinds = {_kind(what, ids) for what, ids, _, _, _ in jobs}
    kept = [one for one in recorded.recorded() if _kind(one.what, one.ids) not in kinds]
    still = [one for one in recorded.recorded() if (one.what, one.ids, one.page) in wanted]
    known = {(one.what, one.ids, one.page) for one in still}
    kept += map(_judged_again, still)
    missing = [job for job in jobs if (job[0], job[1], digest(job[4])) not in known]
    for begin in range(0, len(missing), AT_ONCE):
        some = missing[begin : begin + AT_ONCE]
        print(f"{some[0][0]}: {begin + len(some)} of {len(missing)}", flush=True)
        kept += await _ran(some, pool)
        _write(kept)
    _write(kept)
    recorded.recorded.cache_clear()
    for derived in (recorded.admitted, recorded.spread, recorded.healthy):
        derived.cache_clear()


def _kind(what: What, ids: tuple[str, ...]) -> tuple[What, int]:
    """What a stage is of: faults are run alone, then in twos, then in threes."""
    return what, len(ids) if what == "fault" else 0


def _write(rows: Sequence[Recorded]) -> None:
    lines = [msgspec.json.encode(one) for one in rows]
    files.replace(recorded.FILE, b"\n".join(lines) + b"\n")


# What is run ----------------------------------------------------------------------------------------


def healthy_jobs() -> Iterator[Job]:
    for seed in (SEED, *HEALTHY_SEEDS):
        yield "healthy", (), seed, "", base(seed)


def harmless_jobs() -> Iterator[Job]:
    """Each decoy by itself; the wordings in as few pages as have each of them once."""
    for decoy in catalogue().decoys.values():
        yield "decoy", (decoy.id,), SEED, "", with_changes(base(), [decoy])
    waiting = dict(catalogue().wordings)
    while waiting:
        text, made = base(), []
        for wording in waiting.values():
            try:
                text = page.apply(text, wording.made())
                made.append(wording.id)
            except page.PageError:
                continue
        if not made:
            raise page.PageError(f"{next(iter(waiting))} does not fit the page")
        waiting = {name: one for name, one in waiting.items() if name not in made}
        yield "wordings", tuple(made), SEED, "", text


def single_jobs() -> Iterator[Job]:
    for fault in catalogue().faults.values():
        yield fault_job([fault.id], fault.level)


def pair_jobs() -> Iterator[Job]:
    """Pairs of faults that both are told from the healthy page by themselves."""
    by_level = _admitted_singles()
    two = list(combinations(by_level["intermediate"], 2))
    mixed = list(product(by_level["intermediate"], by_level["advanced"]))
    yield from islice(_fitting(two, "intermediate"), PAIRS)
    yield from islice(_fitting(mixed, "advanced"), PAIRS)


def triple_jobs() -> Iterator[Job]:
    """A fault that raises with a pair of which either is found without the other."""
    pairs = [one.ids for one in recorded.admitted("advanced") if len(one.ids) == 2]
    three = [(first, *rest) for first, rest in product(_admitted_singles()["basic"], pairs)]
    yield from islice(_fitting(three, "debugging"), TRIPLES)


def _admitted_singles() -> Mapping[str, list[str]]:
    levels = ("basic", "intermediate", "advanced")
    return {level: [one.ids[0] for one in recorded.admitted(level) if len(one.ids) == 1] for level in levels}


def _fitting(groups: Sequence[tuple[str, ...]], level: str) -> Iterator[Job]:
    """Those that fit the page together, also where one of them is mended; in an order that nobody chose."""
    known = catalogue().faults
    for ids in Random(level).sample(groups, len(groups)):
        try:
            for name in ids:
                with_changes(base(), [known[other] for other in ids if other != name])
            job = fault_job(ids, level)
            compile(job[4], "loop.py", "exec")
        except (page.PageError, SyntaxError):
            continue
        yield job


def fault_job(ids: Sequence[str], level: str) -> Job:
    faults: list[Change] = [catalogue().faults[name] for name in ids]
    return "fault", tuple(ids), SEED, level, with_changes(base(), faults)


# What comes of it ------------------------------------------------------------------------------------


async def _ran(jobs: Sequence[Job], pool: Pool) -> list[Recorded]:
    pages = {f"{at}": text for at, (_, _, _, _, text) in enumerate(jobs)}
    race, libraries = Race(race_plan("recording", pages), pool, lanes=1), {}
    async with aclosing(race.events()) as events:
        async for event in events:
            if isinstance(event, Hello):
                libraries = event.libraries
            if isinstance(event, Error):
                raise RuntimeError(f"{jobs[int(event.variant or 0)][1]}: {event.message}\n{event.traceback}")
    runs = race.runs.values()
    return [_recorded(job, run, libraries) for job, run in zip(jobs, runs, strict=True)]


def _recorded(job: Job, run: Run, libraries: dict[str, str]) -> Recorded:
    what, ids, seed, level, text = job
    raised = run.raised and (run.raised.type, run.raised.message, run.raised.line)
    found = Recorded(
        what=what,
        ids=ids,
        seed=seed,
        page=digest(text),
        level=level,
        metrics=run.metrics,
        measures={name: _rounded(value) for name, value in judge.measures(run).items()},
        raised=raised or None,
        libraries=libraries,
    )
    series = {name: [_rounded(value) for value in run.series(name)] for name in recorded.SERIES}
    observed = {name: value for name, value in run.observed.items() if name != "batch"}
    found = msgspec.structs.replace(
        found,
        **series,
        tokens=run.tokens,
        padding=run.padding,
        observed=observed,
        batch=run.observed.get("batch", []),
        exact=recorded.exact(run),
    )
    return (
        found if what == "healthy" else msgspec.structs.replace(found, differences=_differences(found, run))
    )


def _judged_again(one: Recorded) -> Recorded:
    """A record as the judge finds it now, from its own numbers."""
    run = one.run()
    measures = {name: _rounded(value) for name, value in judge.measures(run).items()}
    again = msgspec.structs.replace(one, measures=measures)
    return (
        again
        if one.what == "healthy"
        else msgspec.structs.replace(again, differences=_differences(again, run))
    )


def _differences(found: Recorded, run: Run) -> list[tuple[Any, str]]:
    """What the judge tells; of what is harmless, any difference to the last bit."""
    healthy = recorded.healthy()
    if found.what != "fault":
        return [] if found.exact == healthy.exact else [("result", "is not equal to the last bit")]
    judgement = judge.judge([(healthy.run(), run)], recorded.spread())
    return [(one.kind, one.words) for one in judgement.differences]


def _rounded(value: float) -> float | None:
    return float(f"{value:.8g}") if value == value and abs(value) < 1e300 else None


if __name__ == "__main__":
    main()
