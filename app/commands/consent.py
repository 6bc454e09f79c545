"""Edits from outside viva's own bank are code: they run after a person has seen them and said yes."""

import sys

import click

from app.bank import inline
from app.bank.schema import Inline, Question
from app.commands.common import Failed, Refused
from app.plain import Out, is_watched
from app.study.store import open_store


def ask_before(question: Question, trust: bool) -> None:
    """Return where a question's experiment may run; a yes is remembered by what the edits are.

    Raises Failed after a no, and Refused where nobody is there to ask and `--trust` was not given.
    """
    experiment = question.experiment
    if trust or not isinstance(experiment, Inline):
        return
    with open_store() as store:
        if inline.may_run(question, store.trusted):
            return
        out = Out(sys.stderr)
        out.line(
            f"{question.id} is from outside viva's own bank, and this is code that it would run:", "bold"
        )
        for name, text in inline.diffs(experiment).items():
            if text:
                out.line(f"\n{name}:")
                out.diff(text)
        if not (is_watched(sys.stdin) and is_watched(sys.stderr)):
            raise Refused(
                f"{question.id} has not been run: nobody is here to say yes to that code. Run it in a "
                "terminal, or pass --trust"
            )
        if not click.confirm("\nRun it, now and whenever it is the same?", err=True):
            raise Failed("not run")
        if (content := inline.content_hash(experiment)) is not None:
            store.trust(content)
