"""`viva check`: files of questions, checked as a compiler would."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click

from app.bank import OWN, packs
from app.bank import check as checking
from app.bank.problems import Problem
from app.bank.schema import Question
from app.faults.check import check
from app.format import count
from app.terminal.common import Failed, extra_banks, json_option
from app.terminal.out import Out
from app.text import clean

SECTION = "Write"


@click.command("check", short_help="Check files of questions, as a compiler would.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--run",
    "runs",
    is_flag=True,
    help="Also run every experiment, and tell where an answer is not confirmed.",
)
@click.option("--trust", is_flag=True, help="Run edits from outside viva's own bank without asking.")
@json_option
def command(paths: tuple[Path, ...], runs: bool, trust: bool, as_json: bool) -> None:
    """Check files and folders of questions; without any, everything that viva loads.

    Each problem names its file, line and column, what was found and what was expected. Ends with 2 where
    something is an error, with 1 where only a run did not confirm an answer; warnings alone are no failure.

    \b
    Examples:
      viva check
      viva check my-questions.yaml
      viva check my-questions.yaml --run
    """
    given = list(paths) or [OWN, *(pack.path for pack in packs.added()), *extra_banks()]
    problems = _checked(given, runs, trust)
    if as_json:
        click.echo(checking.as_json(problems))
    else:
        _show(Out(), problems)
    raise SystemExit(checking.exit_code(problems))


def _checked(paths: list[Path], runs: bool, trust: bool) -> list[Problem]:
    if not runs:
        return check(paths)
    from app.study.store import open_store

    with open_store() as store, _Runner(lambda content: trust or store.trusted(content)) as runner:
        return check(paths, runner.outcome)


class _Runner:
    """Runs questions' experiments one after another, with the same warm workers."""

    def __init__(self, trusted: Callable[[str], bool]) -> None:
        self._trusted = trusted

    def __enter__(self) -> "_Runner":
        from app.lab.pool import Pool

        self._loop = asyncio.Runner()
        self._pool = Pool()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._pool.close())
        self._loop.close()

    def outcome(self, question: Question) -> str:
        """The outcome that the question's experiment comes to. Raises Failed where it comes to none."""
        from app.lab.plan import NeedsConsent
        from app.lab.proof import plan_question
        from app.lab.verify import NoVerdict, outcome_of

        try:
            planned = plan_question(question, {}, self._trusted)
            click.echo(f"running {planned.name} for {clean(question.id)}", err=True)
            return self._loop.run(outcome_of(planned, self._pool))
        except NeedsConsent:
            raise checking.Untrusted from None
        except NoVerdict as failure:
            raise Failed(f"{question.id}: {failure}") from None


def _show(out: Out, problems: list[Problem]) -> None:
    colours = {"error": "red", "warning": "yellow"}
    for problem in problems:
        head, *rest = problem.format().split("\n")
        out.line(head, colours[problem.severity])
        for line in rest:
            out.line(line)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        out.line("No problems.")
    else:
        out.line(f"{count(errors, 'error')}, {count(warnings, 'warning')}.")
