"""`viva run`: an experiment, raced and decided."""

import asyncio
import os
import sys
from typing import Any

import click

from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.race import follow
from app.terminal.common import Failed, Refused, bank_option, extra_banks, find_subject
from app.terminal.consent import with_consent
from app.terminal.out import is_watched
from app.terminal.reporting import JsonReporter, Report, Reporter
from app.terminal.setting_options import given, setting_options
from experiments.engine.events import Error

SECTION = "Prove"


@click.command("run", short_help="Run an experiment and say what came of it.")
@click.argument("name", metavar="NAME")
@setting_options
@click.option("--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Any setting; may be given again.")
@click.option("--trust", is_flag=True, help="Run edits from outside viva's own bank without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as a line of JSON, as it comes.")
@click.option("--step", is_flag=True, help="Open the app on it, to go line by line and look inside.")
@bank_option
def command(
    name: str, pairs: tuple[str, ...], trust: bool, as_json: bool, step: bool, **options: Any
) -> None:
    """Run an experiment: the fine-tuning loop, raced against the same loop with something changed.

    NAME is an experiment, or the number or id of the question that it proves. The variants run at the same
    time; then the numbers decide which of the experiment's outcomes it was. By default on the bundled model
    and data, without a network, in seconds.

    \b
    Examples:
      viva run zero_grad
      viva run 18 --seed 7 --steps 120
      viva run zero_grad --data ./mrpc --model ./my-checkpoint
      viva run zero_grad --model hub --data hub --batch-size 8
      viva run zero_grad --set num_warmup_steps=0 --json
      viva run zero_grad --step

    \b
    Ends with 0 when it came to a verdict, 1 when a run failed, 2 for something that does not
    exist or does not fit, 130 when interrupted.
    """
    subject = find_subject(name)
    planned = with_consent(plan(subject.trial, subject.settings, given(options, pairs)), trust)
    if step:
        sys.exit(_open(planned, as_json))
    reporter: Reporter = JsonReporter() if as_json else Report(planned, subject.question)
    errors = asyncio.run(_run(planned, reporter))
    if errors:
        raise _failure(planned, errors)


def _open(planned: Plan, as_json: bool) -> int:
    """Open the app on the plan. Gives its exit code."""
    if as_json or not (is_watched(sys.stdin) and is_watched(sys.stdout)):
        raise Refused("--step is for a terminal; `viva look` prints what a line holds")
    from app.tui import run_app

    return run_app(extra_banks(), look=planned)


async def _run(planned: Plan, reporter: Reporter) -> list[Error]:
    pool = Pool()
    try:
        with reporter:
            return (await follow(planned, pool, reporter.tell)).errors
    finally:
        await pool.close()


def _failure(planned: Plan, errors: list[Error]) -> click.ClickException:
    """What failed, in as few words as it takes; with VIVA_DEBUG=1 the worker's own last words too."""
    by_input = any(error.input for error in errors)
    said = list(dict.fromkeys(error.message for error in errors))
    if by_input:
        said = [_with_sources(planned, " ".join(message.split())) for message in said]
    if os.environ.get("VIVA_DEBUG"):
        said += dict.fromkeys(error.traceback for error in errors if error.traceback)
    return (Refused if by_input else Failed)("\n".join(said))


def _with_sources(planned: Plan, message: str) -> str:
    """The message with the model and the data that were asked for, where it does not name them."""
    asked = {"model": planned.settings.model, "data": planned.settings.data}
    missing = [f"{kind} {name}" for kind, name in asked.items() if name != "bundled" and name not in message]
    return f"{', '.join(missing)}: {message}" if missing else message
