"""`viva interview`: a mock interview in the app."""

import sys
from typing import Any

import click

from app.bank.schema import LEVELS
from app.terminal.common import Refused, bank_option, choose, extra_banks
from app.terminal.out import is_watched

SECTION = "Study"


@click.command("interview", short_help="Hold a mock interview in the app.")
@click.option("--minutes", type=click.FloatRange(1, 600), default=20, show_default=True, help="How long.")
@click.option(
    "--questions", type=click.IntRange(1, 100), default=8, show_default=True, help="How many questions."
)
@click.option("--level", default="mixed", show_default=True, help=f"mixed, {', '.join(LEVELS)}.")
@click.option("--seed", type=int, help="Draw the same questions again; without it, others each time.")
@bank_option
def command(minutes: float, questions: int, level: str, seed: int | None) -> None:
    """Hold a mock interview: a clock, questions by level and weakness, follow-ups on what was missed.

    It needs a terminal. At its end a score card is saved as Markdown and as one HTML page.

    \b
    Examples:
      viva interview
      viva interview --minutes 30 --questions 12 --level advanced
      viva interview --seed 7
    """
    level = choose("level", level, ("mixed", *LEVELS))
    if not (is_watched(sys.stdin) and is_watched(sys.stdout)):
        raise Refused(
            "an interview needs a terminal: run `viva interview` in one; `viva list` has the questions"
        )
    from app.tui import run_app

    wanted: dict[str, Any] = {"minutes": minutes, "count": questions, "level": level, "seed": seed}
    options: dict[str, Any] = {"bank_paths": extra_banks(), "interview": wanted}
    sys.exit(run_app(**options))
