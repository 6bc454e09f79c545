"""`viva list`: the questions, or the experiments."""

from collections import defaultdict
from typing import Any

import click

from app.bank.load import Bank
from app.bank.schema import LEVELS, Question
from app.terminal.common import Refused, bank_option, choose, experiment_of, json_option, open_bank
from app.terminal.out import Out, json_text
from experiments.engine import catalog

SECTION = "Study"


@click.command("list", short_help="List the questions, or the experiments.")
@click.option("--level", metavar="LEVEL", help=f"Only these: {', '.join(LEVELS)}.")
@click.option("--topic", metavar="TEXT", help="Only topics with this text in their name.")
@click.option("--tag", metavar="TAG", help="Only questions with this tag.")
@click.option("--experiments", is_flag=True, help="List the experiments instead, and what they prove.")
@json_option
@bank_option
def command(level: str | None, topic: str | None, tag: str | None, experiments: bool, as_json: bool) -> None:
    """List the questions: number, id, level, question, experiment.

    \b
    Examples:
      viva list --level advanced
      viva list --topic "training loop"
      viva list --experiments
    """
    if experiments and (level or topic or tag):
        raise Refused("--level, --topic and --tag choose questions; leave them out with --experiments")
    bank = open_bank()
    if experiments:
        _experiments(bank, as_json)
    else:
        _questions(_chosen(bank, level, topic, tag), as_json)


def _chosen(bank: Bank, level: str | None, topic: str | None, tag: str | None) -> list[Question]:
    found = bank.questions
    if level is not None:
        wanted = choose("level", level, LEVELS)
        found = [question for question in found if question.level == wanted]
    if topic is not None:
        topics = list(dict.fromkeys(question.topic for question in bank.questions))
        if not any(topic.casefold() in name.casefold() for name in topics):
            choose("topic", topic, topics)
        found = [question for question in found if topic.casefold() in question.topic.casefold()]
    if tag is not None:
        wanted = choose("tag", tag, sorted({tag for question in bank.questions for tag in question.tags}))
        found = [question for question in found if wanted in question.tags]
    return found


def _questions(questions: list[Question], as_json: bool) -> None:
    if as_json:
        click.echo(json_text([_summary(question) for question in questions]))
        return
    rows = [
        (
            str(question.number or ""),
            question.id,
            question.level,
            question.question.strip().splitlines()[0],
            experiment_of(question),
        )
        for question in questions
    ]
    Out().table(["number", "id", "level", "question", "experiment"], rows)


def _summary(question: Question) -> dict[str, Any]:
    return {
        "number": question.number,
        "id": question.id,
        "level": question.level,
        "topic": question.topic,
        "tags": question.tags,
        "question": question.question.strip(),
        "experiment": question.experiment.name if question.experiment else None,
        "pack": question.pack,
    }


def _experiments(bank: Bank, as_json: bool) -> None:
    proves: dict[str, list[Question]] = defaultdict(list)
    for question in bank.questions:
        if question.experiment is not None:
            proves[question.experiment.name].append(question)
    trials = [catalog.find(name) for name in catalog.names()]
    if as_json:
        told = [
            {
                "name": trial.name,
                "title": trial.title,
                "variants": list(trial.experiment.variants),
                "outcomes": dict(trial.experiment.outcomes),
                "settings": dict(trial.experiment.settings),
                "questions": [question.id for question in proves[trial.name]],
            }
            for trial in trials
        ]
        click.echo(json_text(told))
        return
    rows = [
        (
            trial.name,
            trial.title,
            ", ".join(str(question.number or question.id) for question in proves[trial.name]),
        )
        for trial in trials
    ]
    Out().table(["experiment", "what it asks", "questions"], rows)
