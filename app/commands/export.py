"""`viva export`: the bank for other tools, and progress for another machine."""

import sys
from pathlib import Path

import click

from app.format import count
from app.study import export
from app.study.progress import export_progress, is_stream, write_whole
from app.study.records import utc_now
from app.terminal.common import bank_option, open_bank
from app.terminal.out import Out
from app.terminal.progress_store import progress

KINDS = ("anki", "markdown", "html", "progress")

SECTION = "Take along"


@click.command("export", short_help="Write the bank for Anki, Markdown or HTML, or your progress.")
@click.argument("kind", metavar="|".join(KINDS), type=click.Choice(KINDS))
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@bank_option
def command(kind: str, file: Path) -> None:
    """Write the bank for another tool, or your progress for another machine.

    \b
    anki      a package of notes; importing a newer one updates them
    markdown  one document, by topic
    html      one page that needs nothing else
    progress  every rating, prediction, run and setting, as JSON lines for `viva import progress`

    \b
    Examples:
      viva export anki viva.apkg
      viva export html bank.html
      viva export progress progress.jsonl
    """
    if kind == "progress":
        with progress() as store:
            told = count(export_progress(store, file, utc_now()), "record")
    else:
        told = count(_bank(kind, file), "question")
    Out(sys.stderr if is_stream(file) else None).line(f"{told} written to {file}")


def _bank(kind: str, file: Path) -> int:
    questions = open_bank().questions
    if kind == "anki":
        return export.export_anki(questions, file, utc_now())
    text = export.bank_markdown(questions) if kind == "markdown" else export.bank_html(questions)
    write_whole(file, text.encode())
    return len(questions)
