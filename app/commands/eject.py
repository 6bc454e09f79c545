"""`viva eject`: a variant as a script that needs only the libraries."""

import ast
from typing import Any

import click

from app.lab.plan import Plan, plan
from app.terminal.common import Refused, bank_option, find_subject
from app.terminal.setting_options import given, setting_options
from app.text import clean
from experiments.engine.near import nearest
from experiments.engine.sources import BUNDLED

SECTION = "Prove"


@click.command("eject", short_help="Print a variant as a script that needs only the libraries.")
@click.argument("name", metavar="NAME")
@click.option(
    "--variant", metavar="VARIANT", help="Which variant; without it, the first that changes the page."
)
@setting_options
@click.option("--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Any setting; may be given again.")
@bank_option
def command(name: str, variant: str | None, pairs: tuple[str, ...], **options: Any) -> None:
    """Print an experiment's variant as a script that runs by itself, with only the libraries.

    NAME is an experiment, or the number or id of a question. Nothing is run.

    \b
    Examples:
      viva eject zero_grad > without_zero_grad.py
      viva eject zero_grad --variant cleared --steps 200
    """
    subject = find_subject(name)
    planned = plan(subject.trial, subject.settings, given(options, pairs))
    click.echo(clean(script(planned, _variant(planned, variant))), nl=False)


def _variant(planned: Plan, wanted: str | None) -> str:
    if wanted is None:
        return planned.rival
    if wanted not in planned.pages:
        hint = nearest(wanted, planned.pages)
        known = ", ".join(map(repr, planned.pages))
        raise Refused(f"{planned.name} has no variant {wanted!r}; {hint or 'there are ' + known}")
    return wanted


def script(planned: Plan, variant: str) -> str:
    """The variant's page under a line that says what it is."""
    title = " ".join(planned.title.split())
    return f"# {planned.name}, {variant}: {title}\n" + _placed(planned.pages[variant])


def _placed(text: str) -> str:
    """The page with the folder of what is bundled written out: a script elsewhere is not beside it."""
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "bundled":
            lines[node.lineno - 1] = f"bundled = Path({str(BUNDLED)!r})\n"
            del lines[node.lineno : node.end_lineno]
    return "".join(lines)
