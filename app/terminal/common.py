"""What several commands need: the bank, and a question or an experiment by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from app.bank import packs
from app.bank.load import Bank, load
from app.bank.schema import Inline, Question
from app.format import count
from app.lab.proof import trial_of
from experiments.engine import catalog
from experiments.engine.experiment import Trial
from experiments.engine.near import nearest

Command = TypeVar("Command", bound=Callable[..., Any])


class Refused(click.ClickException):
    """What was asked for cannot be done as asked; the message says why and what would work."""

    exit_code = 2


class Failed(click.ClickException):
    """What was asked for was tried and failed, or was not confirmed."""

    exit_code = 1


def bank_option(command: Command) -> Command:
    """`--bank PATH` after the command's name, as well as before it."""

    def more(ctx: click.Context, _: click.Parameter, paths: tuple[Path, ...]) -> None:
        ctx.find_root().obj.extend(paths)

    return click.option(
        "--bank",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, path_type=Path),
        callback=more,
        expose_value=False,
        help="Add the questions of this file or folder for this once; may be given again.",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def extra_banks() -> list[Path]:
    """The paths that `--bank` named."""
    return list(click.get_current_context().find_root().obj or [])


def open_bank() -> Bank:
    """All questions that there are. That some could not be read is said on standard error."""
    bank = load(packs.sources(extra_banks()))
    errors = sum(problem.severity == "error" for problem in bank.problems)
    if errors:
        paths = " ".join(str(path) for path in extra_banks())
        where = f"viva check {paths}".strip()
        click.echo(f"viva: {count(errors, 'problem')} in the bank; `{where}` shows where", err=True)
    return bank


def find_question(bank: Bank, name: str) -> Question:
    """The question with this number or id. Raises Refused with the nearest one."""
    if (question := bank.find(name)) is not None:
        return question
    raise Refused(f"no question is called {name!r}; {_nearest_question(bank, name)}")


def _nearest_question(bank: Bank, name: str) -> str:
    if name.isdecimal():
        numbers = [question.number for question in bank.questions if question.number]
        return f"the numbers go from {min(numbers)} to {max(numbers)}" if numbers else "none has a number"
    return nearest(name, bank.by_id) or "`viva list` has them all"


@dataclass(frozen=True)
class Subject:
    """What is to be run: an experiment, or the one that a question is proven by, with its settings."""

    trial: Trial
    question: Question | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def find_subject(name: str) -> Subject:
    """The experiment of this name, or that of the question with this number or id. Raises Refused."""
    if name in catalog.names():
        return Subject(catalog.find(name))
    bank = open_bank()
    question = bank.find(name)
    if question is None:
        if name.isdecimal():
            raise Refused(f"no question has the number {name}; {_nearest_question(bank, name)}")
        hint = nearest(name, [*catalog.names(), *bank.by_id])
        hint = hint or "`viva list` and `viva list --experiments` have them all"
        raise Refused(f"no experiment and no question is called {name!r}; {hint}")
    return subject_of(question)


def subject_of(question: Question) -> Subject:
    """What proves a question. Raises Refused where nothing does, InlineError where it cannot run."""
    experiment = question.experiment
    if experiment is None:
        raise Refused(
            f"question {question.id!r} has no experiment; `viva list --experiments` has those there are"
        )
    return Subject(trial_of(question), question, {} if isinstance(experiment, Inline) else experiment.set)


def choose(kind: str, wanted: str, known: Sequence[str]) -> str:
    """The one of `known` that was meant, whatever its case. Raises Refused with the nearest one."""
    for name in known:
        if name.casefold() == wanted.casefold():
            return name
    hint = nearest(wanted, known) or f"there are {', '.join(known)}"
    raise Refused(f"no {kind} is called {wanted!r}; {hint}")


def experiment_of(question: Question) -> str:
    """The name of a question's experiment; `its own` where it was written with the question."""
    if question.experiment is None:
        return ""
    return "its own" if isinstance(question.experiment, Inline) else question.experiment.name
