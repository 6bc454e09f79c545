"""`viva import`: progress from another machine."""

from pathlib import Path

import click

from app.format import count
from app.study.progress import ProgressError, import_progress
from app.terminal.common import Refused
from app.terminal.out import Out
from app.terminal.progress_store import progress_to_write

SHOWN = 5

SECTION = "Take along"


@click.command("import", short_help="Merge progress from another machine.")
@click.argument("kind", metavar="progress", type=click.Choice(["progress"]))
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def command(kind: str, file: Path) -> None:
    """Merge progress that `viva export progress` wrote on another machine.

    What is there already stays as it is; all of the file is taken in, or nothing.

    \b
    Examples:
      viva import progress progress.jsonl
    """
    try:
        with progress_to_write() as store:
            done = import_progress(store, file)
    except ProgressError as error:
        raise Refused("\n".join(_first(error.problems))) from None
    Out().line(f"{count(done.new, 'record')} taken in, {done.known:,} known already")


def _first(problems: list[str]) -> list[str]:
    """A few problems of a file; a file of another kind has one on each line."""
    rest = len(problems) - SHOWN
    return [
        *problems[:SHOWN],
        *([f"and {count(rest, 'line')} more; nothing was taken in"] if rest > 0 else []),
    ]
