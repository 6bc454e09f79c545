"""`viva pack`: questions of other people's."""

from pathlib import Path

import click

from app.bank import packs
from app.bank.load import load
from app.format import count
from app.terminal.common import json_option
from app.terminal.out import Out, json_text

SECTION = "Write"


@click.group("pack", short_help="List, add and remove packs of questions.")
def command() -> None:
    """List, add and remove packs: files and folders of questions that viva loads beside its own.

    Adding a pack copies its YAML files and runs nothing. Experiments in it that bring code of their own run
    only after you have seen the code and said yes.

    \b
    Examples:
      viva pack add ./team-questions
      viva pack add ./more.yaml --name more
      viva pack list
      viva pack remove more
    """


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the packs that were added."""
    found = [
        {
            "name": pack.name,
            "path": str(pack.path),
            "questions": len((bank := load([pack.path])).questions),
            "problems": len(bank.problems),
        }
        for pack in packs.added()
    ]
    if as_json:
        click.echo(json_text(found))
    elif found:
        Out().table(
            ["pack", "path", "questions", "problems"], [[str(v) for v in one.values()] for one in found]
        )
    else:
        Out().line("No packs were added; `viva pack add PATH` adds one.")


@command.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="Its name; without one, that of the file or folder.")
def add(path: Path, name: str | None) -> None:
    """Copy the questions in PATH, a file or a folder, into viva's data directory."""
    pack = packs.add(path, name)
    bank, out = load([pack.path]), Out()
    out.line(f"{pack.name}: {count(len(bank.questions), 'question')} added, as {pack.name}/…")
    if bank.problems:
        out.line(f"{count(len(bank.problems), 'problem')} in it; `viva check {pack.path}` shows where.")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete a pack's files from the data directory; progress on its questions stays."""
    Out().line(f"{name} removed from {packs.remove(name)}; progress on its questions stays.")
