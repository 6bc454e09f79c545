"""`viva import`: progress from another machine."""

from pathlib import Path

import click

from app.commands.progress_store import progress_to_write
from app.plain import Out, count
from app.study.progress import import_progress


@click.command("import")
@click.argument("kind", metavar="progress", type=click.Choice(["progress"]))
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def command(kind: str, file: Path) -> None:
    """Merge progress that `viva export progress` wrote on another machine.

    What is there already stays as it is; all of the file is taken in, or nothing.

    \b
    Examples:
      viva import progress progress.jsonl
    """
    with progress_to_write() as store:
        done = import_progress(store, file)
    Out().line(f"{count(done.new, 'record')} taken in, {done.known:,} known already")
