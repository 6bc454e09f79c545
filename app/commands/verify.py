"""`viva verify`: runs what the answers stand on, over seeds, and says where one is not confirmed."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from app.bank.load import Bank
from app.bank.schema import Question
from app.commands.bars import Counting
from app.commands.cases import cases_for
from app.commands.common import Failed, Refused, bank_option, extra_banks, open_bank
from app.commands.proofs import markdown
from app.commands.setting_options import given, setting_options
from app.lab import elsewhere
from app.lab.pool import Pool
from app.lab.verify import Case, Verified, seeds_from, verify
from app.plain import Out, count
from app.study.progress import write_whole
from experiments.engine.settings import Settings


def _options(function: Any) -> Any:
    return setting_options(function, ("model", "data", "seed"))


@click.command("verify")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Run each on so many seeds in a row.",
)
@_options
@click.option(
    "--markdown",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what happened there, question by question.",
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
    page: Path | None,
    pins: tuple[str, ...],
    trust: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run experiments over seeds and hold what came against what the bank teaches.

    A NAME is an experiment, or the number or id of a question; without any, all of them. A question states
    the outcome that its answer stands on. Where a run comes to another one, or to none, the answer is not
    confirmed, and the exit code is 1.

    \b
    Examples:
      viva verify
      viva verify zero_grad 22 --seeds 5
      viva verify --data ./mrpc --json
      viva verify --seeds 5 --markdown docs/proofs.md
      viva verify --with transformers==5.1.0 --with datasets==4.0.0
    """
    if pins:
        sys.exit(_elsewhere(pins))
    bank = open_bank()
    cases = cases_for(names, bank, trust)
    chosen = given(options)
    first = chosen.pop("seed", Settings().seed)
    done = asyncio.run(_verify(cases, seeds_from(first, seeds), chosen, as_json))
    if not as_json:
        _table(Out(), done, bank)
    if page is not None:
        write_whole(page, markdown(done, bank).encode())
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


async def _verify(
    cases: list[Case], seeds: range, chosen: Mapping[str, Any], as_json: bool
) -> list[Verified]:
    """All cases run; each is told as it is done."""
    pool, done = Pool(), []
    with Counting(Out(sys.stderr), len(cases)) as counting:
        try:
            for case in cases:
                counting.begin(case.trial.name)
                one = await verify(case, seeds, chosen, pool)
                done.append(one)
                if as_json:
                    click.echo(msgspec.json.encode(_as_data(one)).decode())
                counting.end(f"{case.trial.name}: {came(one)}, {one.seconds:.1f} s")
        finally:
            await pool.close()
    return done


def _as_data(one: Verified) -> dict[str, Any]:
    """A case as a line of JSON has it."""
    used = one.proofs[0].plan.settings
    hello = next((proof.hello for proof in one.proofs if proof.hello), None)
    return {
        "experiment": one.case.trial.name,
        "questions": one.case.teaches,
        "agrees": one.agrees,
        "outcomes": one.outcomes,
        "model": used.model,
        "data": used.data,
        "device": hello.device if hello else None,
        "libraries": hello.libraries if hello else {},
        "seconds": round(one.seconds, 3),
        "runs": [
            {
                "seed": proof.seed,
                "outcome": proof.outcome,
                "finding": proof.verdict.finding if proof.verdict else None,
                "error": proof.error.message if proof.error else None,
                "seconds": round(proof.seconds, 3),
            }
            for proof in one.proofs
        ],
    }


def came(one: Verified) -> str:
    """The outcomes that came, with how often where there were several seeds, and what failed."""
    several = len(one.proofs) > 1
    parts = [f"{name} ×{times}" if several else name for name, times in one.outcomes.items()]
    return ", ".join([*parts, *(f"failed ({message})" for message in one.errors)])


def _table(out: Out, done: list[Verified], bank: Bank) -> None:
    rows = [
        (
            ", ".join(_short(bank.by_id[name]) for name in one.case.teaches) or "–",
            one.case.trial.name,
            ", ".join(dict.fromkeys(outcome for outcome in one.case.teaches.values() if outcome)) or "–",
            came(one),
            "yes" if one.agrees else "NO",
            f"{one.seconds:.1f} s",
        )
        for one in done
    ]
    out.table(["question", "experiment", "taught", "came", "confirmed", "took"], rows)
    confirmed = sum(one.agrees for one in done)
    out.line(f"{confirmed} of {count(len(done), 'experiment')} confirmed.")


def _short(question: Question) -> str:
    return question.id if question.pack or not question.number else str(question.number)
