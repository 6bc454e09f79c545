"""`viva verify`: runs what the answers stand on, over seeds, and says where one is not confirmed."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path
from typing import Any

import click
import msgspec

from app.bank.load import Bank
from app.bank.schema import Question
from app.format import count
from app.lab import elsewhere
from app.lab.machine import cores
from app.lab.pool import Pool
from app.lab.proofs import Record
from app.lab.rates import at_least, looked_at
from app.lab.verify import Case, Verified, verify
from app.study.records import Result
from app.terminal.bars import Counting
from app.terminal.cases import cases_for
from app.terminal.common import Failed, Refused, bank_option, extra_banks, open_bank
from app.terminal.out import Out
from app.terminal.setting_options import given, setting_options
from app.text import json_clean
from experiments.engine.settings import Settings

LANES = 4
"""The most cases at the same time: each has a worker of half a gigabyte."""


def _options(function: Any) -> Any:
    return setting_options(function, ("model", "data", "seed"))


SECTION = "Prove"


@click.command("verify", short_help="Run what the answers stand on, and say where one is not confirmed.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Run each on so many seeds in a row.",
)
@click.option(
    "--until",
    metavar="RATE",
    type=click.FloatRange(0.5, 0.99),
    help="Add seeds until it is decided whether the outcome comes at this rate.",
)
@_options
@click.option(
    "--record",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep each run there; what is there already is not run again.",
)
@click.option(
    "--with",
    "pins",
    metavar="NAME==VERSION",
    multiple=True,
    help="Run in a throw-away environment with this release of a library; may be given again.",
)
@click.option("--trust", is_flag=True, help="Run edits from outside viva's own bank without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON an experiment, as it is done.")
@bank_option
def command(
    names: tuple[str, ...],
    seeds: int,
    until: float | None,
    record: Path | None,
    pins: tuple[str, ...],
    trust: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run experiments over seeds and hold what came against what the bank teaches.

    A NAME is an experiment, or the number or id of a question; without any, all of them. A question states
    the outcome that its answer stands on. Where a run comes to another one, or to none, the answer is not
    confirmed, and the exit code is 1.

    With --until, seeds are added until a 95% interval, valid however often it is looked at, is above that
    rate (confirmed), below a half (refuted), or between the two (depends on luck).

    \b
    Examples:
      viva verify
      viva verify zero_grad 22 --seeds 5
      viva verify 18 --until 0.9
      viva verify --data ./mrpc --json
      viva verify --seeds 20 --record proofs.jsonl
      viva verify --with transformers==5.1.0 --with datasets==4.0.0
    """
    if pins:
        sys.exit(_elsewhere(pins))
    bank = open_bank()
    cases = cases_for(names, bank, trust)
    chosen = given(options)
    first = chosen.pop("seed", Settings().seed)
    job = Job(chosen, range(first, first + seeds) if until is None else count_from(first), until, record)
    done = asyncio.run(_verify(cases, job, as_json))
    if not as_json:
        _table(Out(), done, bank)
    unconfirmed = [one.case.trial.name for one in done if not one.agrees]
    if unconfirmed:
        raise Failed(f"not confirmed: {', '.join(unconfirmed)}")


def _elsewhere(pins: Sequence[str]) -> int:
    """This very command with other releases of the libraries. Gives its exit code."""
    words = _words(click.get_current_context())
    with tempfile.TemporaryDirectory(prefix="viva-with-", ignore_cleanup_errors=True) as folder:
        click.echo(f"viva: making an environment with {', '.join(pins)} ...", err=True)
        try:
            python = elsewhere.make(Path(folder), pins)
        except elsewhere.CannotMake as problem:
            raise Refused(str(problem)) from None
        return subprocess.run([python, "-P", "-m", "app.cli", *words]).returncode


def _words(context: click.Context) -> list[str]:
    """The command and all that was given to it, without `--with`."""
    words = ["verify", *(word for path in extra_banks() for word in ("--bank", str(path.absolute())))]
    for parameter in context.command.params:
        value = context.params.get(str(parameter.name))
        if parameter.name == "pins" or value in (None, False, ()):
            continue
        if isinstance(parameter, click.Argument):
            words += value
        else:
            words += [parameter.opts[0]] if value is True else [parameter.opts[0], str(value)]
    return words


@dataclass(frozen=True)
class Job:
    """What is done with each case."""

    chosen: Mapping[str, Any]
    seeds: Iterable[int]
    until: float | None
    record: Path | None


async def _verify(cases: list[Case], job: Job, as_json: bool) -> list[Verified]:
    """All cases run, one per core at the same time; each is told as it is done."""
    lanes = min(LANES, cores(), len(cases))
    pool, done = Pool(size=lanes), {}
    waiting = list(enumerate(cases))
    record = Record.read(job.record) if job.record else Record()

    async def take(counting: Counting) -> None:
        while waiting:
            number, case = waiting.pop(0)
            counting.begin(case.trial.name)

            def keep(result: Result, case: Case = case) -> None:
                if job.record:
                    record.add(case, job.chosen, result)
                    record.write(job.record)

            known = record.measured(case, job.chosen) if job.record else set()
            seeds = (seed for seed in job.seeds if seed not in known)
            one = await verify(case, seeds, job.chosen, pool, job.until, 1, keep)
            done[number] = one
            if as_json:
                click.echo(json_clean(msgspec.json.encode(_as_data(one)).decode()))
            counting.advance(f"{case.trial.name}: {came(one)}, {one.seconds:.1f} s")

    with Counting(Out(sys.stderr), len(cases)) as counting:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(lanes):
                    group.create_task(take(counting))
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None
        finally:
            await pool.close()
    return [done[number] for number in sorted(done)]


def _as_data(one: Verified) -> dict[str, Any]:
    """A case as a line of JSON has it."""
    used = one.results[0].settings if one.results else msgspec.to_builtins(Settings())
    ran = next((result for result in one.results if result.device), None)
    return {
        "experiment": one.case.trial.name,
        "questions": one.case.teaches,
        "agrees": one.agrees,
        "judgement": one.judgement,
        "at_least": round(at_least(one.came, len(one.results)), 4) if one.results else 0.0,
        "outcomes": one.outcomes,
        "model": used["model"],
        "data": used["data"],
        "device": ran.device if ran else None,
        "libraries": ran.libraries if ran else {},
        "seconds": round(one.seconds, 3),
        "runs": [
            {
                "seed": result.seed,
                "outcome": result.outcome or None,
                "finding": result.finding if result.outcome else None,
                "compared": result.compared,
                "error": result.error,
                "seconds": round(result.seconds, 3),
            }
            for result in one.results
        ],
    }


def came(one: Verified) -> str:
    """The outcomes that came, with how often where there were several seeds, and what failed."""
    several = len(one.results) > 1
    parts = [f"{name} ×{times}" if several else name for name, times in one.outcomes.items()]
    text = ", ".join([*parts, *(f"failed ({message})" for message in one.errors)])
    return text or "measured before"


def _sure(one: Verified) -> str:
    """How often the taught outcome came, and what that shows."""
    if not one.results:
        return "–"
    if one.judgement:
        low, high = looked_at(one.came, len(one.results))
        return f"{one.came} of {len(one.results)}: {one.judgement}, {low:.0%} to {high:.0%}"
    return f"{one.came} of {len(one.results)}: at least {at_least(one.came, len(one.results)):.0%}"


def _table(out: Out, done: list[Verified], bank: Bank) -> None:
    rows = [
        (
            ", ".join(_short(bank.by_id[name]) for name in one.case.teaches) or "–",
            one.case.trial.name,
            ", ".join(dict.fromkeys(outcome for outcome in one.case.teaches.values() if outcome)) or "–",
            came(one),
            _sure(one),
            "yes" if one.agrees else "NO",
            f"{one.seconds:.1f} s",
        )
        for one in done
    ]
    out.table(["question", "experiment", "taught", "came", "how sure", "confirmed", "took"], rows)
    confirmed = sum(one.agrees for one in done)
    out.line(f"{confirmed} of {count(len(done), 'experiment')} confirmed.")


def _short(question: Question) -> str:
    return question.id if question.pack or not question.number else str(question.number)
