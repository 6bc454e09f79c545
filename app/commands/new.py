"""`viva new`: a new question, written, opened in the editor and checked."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from app.bank import new
from app.bank.check import check, exit_code
from app.bank.schema import LEVELS
from app.terminal.common import Refused, choose
from app.terminal.out import Out, is_watched
from experiments.engine import catalog

SECTION = "Write"


@click.command("new", short_help="Write a new question.")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "id_", metavar="ID", help="In kebab-case; it never changes.")
@click.option("--topic", help="What the file's questions are about; for a new file.")
@click.option("--level", help=f"{', '.join(LEVELS)}.")
@click.option("--question", help="The question's text.")
@click.option("--tag", "tags", multiple=True, help="A word to find it by; may be given again.")
@click.option("--experiment", help="The experiment that proves it; `viva list --experiments` names them.")
@click.option("--teaches", help="The experiment's outcome that the answer stands on.")
@click.option(
    "--edit/--no-edit", default=None, help="Open $EDITOR on it; by default where a person is there."
)
def command(
    file: Path,
    id_: str | None,
    topic: str | None,
    level: str | None,
    question: str | None,
    tags: tuple[str, ...],
    experiment: str | None,
    teaches: str | None,
    edit: bool | None,
) -> None:
    """Write a new question into FILE: well-formed, with a comment at what is still to be written.

    What is needed and not given as an option is asked for. Then $EDITOR opens, and the file is checked.

    \b
    Examples:
      viva new my-questions.yaml
      viva new my-questions.yaml --id clip-late --topic "Clipping" --level advanced \\
          --question "What does clipping after step do?" --experiment zero_grad --no-edit
    """
    person = is_watched(sys.stdin) and is_watched(sys.stdout)
    if not file.exists():
        topic = topic or _asked("Topic of the new file", "--topic", person)
    elif topic:
        raise Refused(f"{file} exists and has its topic; leave out --topic, or name another file")
    id_ = id_ or _asked("Id, in kebab-case", "--id", person, new.an_id)
    level = choose("level", level or _asked(f"Level ({', '.join(LEVELS)})", "--level", person), LEVELS)
    question = question or _asked("Question", "--question", person)
    predict = {}
    if experiment is not None:
        outcomes = catalog.find(experiment).experiment.outcomes
        predict = dict(outcomes)
        teaches = choose("outcome", teaches, list(outcomes)) if teaches else None
    elif teaches:
        raise Refused("--teaches names an outcome of an experiment; give --experiment too")
    entry = new.entry(
        id_, level, question, tags=tags, experiment=experiment, predict=predict, teaches=teaches
    )
    new.append(file, entry, topic)
    out = Out()
    out.line(f"{id_} written to {file}")
    if person if edit is None else edit:
        click.edit(filename=str(file))
        problems = check([file])
        for problem in problems:
            out.line(problem.format())
        raise SystemExit(exit_code(problems))
    out.line(f"Fill in the rest, then `viva check {file}`.")


def _asked(what: str, option: str, person: bool, fits: Callable[[str], str] = str) -> str:
    """The answer of a person, who is asked again where it does not fit."""
    if not person:
        raise Refused(f"{option} is missing, and there is no terminal to ask in")
    return str(click.prompt(what, value_proc=partial(_fitting, fits)))


def _fitting(fits: Callable[[str], str], answer: str) -> str:
    try:
        return fits(answer)
    except new.NewError as problem:
        raise click.UsageError(str(problem)) from None
