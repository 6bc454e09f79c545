"""Edits from outside viva's own bank are code: they run after a person has seen them and said yes."""

import sys
from dataclasses import replace

import click

from app.lab.plan import NeedsConsent, Plan
from app.lab.proof import consented
from app.study.store import open_store
from app.terminal.common import Failed, Refused
from app.terminal.out import Out, is_watched


def with_consent(planned: Plan, trust: bool) -> Plan:
    """The plan with the yes that it needs, asked for where there was none; a yes is for just this content.

    Raises Failed after a no, and Refused where nobody is there to ask and `--trust` was not given.
    """
    if planned.foreign is None:
        return planned
    with open_store() as store:
        try:
            return consented(planned, lambda content: trust or store.trusted(content))
        except NeedsConsent as needed:
            _ask(needed)
            store.trust(needed.content)
            return replace(planned, consent=needed.content)


def _ask(needed: NeedsConsent) -> None:
    """Show all that would run, and return after a yes alone."""
    name, out = needed.plan.name, Out(sys.stderr)
    out.line(f"{name} is from outside viva's own bank, and this is code that it would run:", "bold")
    out.line(f"on model {needed.plan.settings.model} and data {needed.plan.settings.data}")
    for variant, text in needed.plan.changes().items():
        if text:
            out.line(f"\n{variant}:")
            out.diff(text)
    if not (is_watched(sys.stdin) and is_watched(sys.stderr)):
        raise Refused(
            f"{name} has not been run: nobody is here to say yes to that code. Run it in a terminal, "
            "or pass --trust"
        )
    if not click.confirm("\nRun it, now and whenever it is the same?", err=True):
        raise Failed("not run")
