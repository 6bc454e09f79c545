"""`viva show`: one question with its answer."""

from typing import Any

import click
import msgspec

from app.bank.load import Bank
from app.bank.schema import Question
from app.terminal.common import bank_option, experiment_of, find_question, json_option, open_bank
from app.terminal.out import Out, json_text
from experiments.engine import page

ANSWERS = ("answer", "key_points", "traps", "teaches")

SECTION = "Study"


@click.command("show", short_help="Show a question with its answer.")
@click.argument("name", metavar="NUMBER|ID")
@click.option("--answer/--no-answer", default=True, help="With its answer (as it comes), or without.")
@json_option
@bank_option
def command(name: str, answer: bool, as_json: bool) -> None:
    """Show a question: its answer, what a good one names, what is often said wrong, where to read on.

    \b
    Examples:
      viva show 18
      viva show zero-grad --no-answer
    """
    bank = open_bank()
    question = find_question(bank, name)
    if as_json:
        click.echo(json_text(_as_data(question, answer)))
    else:
        _show(Out(), bank, question, answer)


def _as_data(question: Question, answer: bool) -> dict[str, Any]:
    data = msgspec.to_builtins(question)
    lines = _page_lines(question)
    data["page"] = {"first": lines[0][0], "last": lines[-1][0]} if lines else None
    return {name: value for name, value in data.items() if answer or name not in ANSWERS}


def _page_lines(question: Question) -> list[tuple[int, str]]:
    """The lines of the page that a question points at, with their numbers."""
    try:
        first, last = page.lines_of(question.lines or "")
    except page.PageError:
        return []
    return list(enumerate(page.loop().splitlines()[first - 1 : last], first))


def _show(out: Out, bank: Bank, question: Question, answer: bool) -> None:
    about = (
        str(question.number or ""),
        question.id,
        question.level,
        ", ".join(question.tags),
        question.topic,
    )
    out.line(" · ".join(part for part in about if part), "dim")
    out.line()
    out.markdown(question.question)
    if answer:
        out.line()
        out.markdown(question.answer)
        _items(out, "A good answer names", [point.point for point in question.key_points])
        _items(out, "Often said, and wrong", question.traps)
    _items(out, "Asked next", [_follow_up(bank, name) for name in question.follow_ups])
    if lines := _page_lines(question):
        out.heading("On the page")
        for number, text in lines:
            out.line(f"  {number:>4}  {text}")
    if question.experiment is not None:
        out.heading("Proven by")
        out.line(
            f"  viva run {question.number if question.number and not question.pack else question.id}"
            f"  (experiment: {experiment_of(question)})"
        )
    if answer:
        _items(out, "Read on", question.sources)
    else:
        out.line()
        out.line(f"`viva show {question.id}` has the answer.", "dim")


def _follow_up(bank: Bank, name: str) -> str:
    question = bank.by_id[name]
    return f"{question.number or question.id}: {question.question.strip().splitlines()[0]}"


def _items(out: Out, heading: str, items: list[str]) -> None:
    if items:
        out.heading(heading)
    for item in items:
        out.item(item)
