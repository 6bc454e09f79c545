"""`viva stats`: what the log of reviews says."""

from datetime import timedelta

import click

from app.format import count
from app.study.schedule import Schedule
from app.study.stats import Calibration, Retention, Statistics, Timing, statistics
from app.terminal.common import bank_option, json_option, open_bank
from app.terminal.out import Out, json_text
from app.terminal.progress_store import progress

WEAKEST = 10
WEEK = 7

SECTION = "Study"


@click.command("stats", short_help="Show retention, what is due, weak spots, streak.")
@json_option
@bank_option
def command(as_json: bool) -> None:
    """Show how the studying goes: retention, what comes due, weak spots, streak, predictions, time.

    \b
    Examples:
      viva stats
      viva stats --json
    """
    bank = open_bank()
    with progress() as store:
        found = statistics(Schedule(store), bank.questions)
    if as_json:
        click.echo(json_text(found))
    else:
        _show(Out(), found)


def _show(out: Out, found: Statistics) -> None:
    out.table(["", ""], _rows(found))
    if any(day.count for day in found.forecast):
        out.heading("Coming due")
        start = found.forecast[0].day
        for week in range(0, len(found.forecast), WEEK):
            days = found.forecast[week : week + WEEK]
            first, last = start + timedelta(days=week), days[-1].day
            out.line(f"  {first:%d %b} to {last:%d %b}  {sum(day.count for day in days):>4}")
    if found.weak:
        out.heading("Weak spots")
        rows = [(weak.card, weak.title, f"{weak.lapses}", _share(weak.retrievability)) for weak in found.weak]
        out.table(["question", "", "lapses", "remembered now"], rows[:WEAKEST])
        if len(rows) > WEAKEST:
            out.line(f"  and {len(rows) - WEAKEST} more")
    if found.calibration_by_topic:
        out.heading("Predictions that were right")
        out.table(
            ["topic", "right", "of"],
            [
                (name, str(one.right), str(one.predictions))
                for name, one in found.calibration_by_topic.items()
            ],
        )
    if not found.reviews:
        out.line("Nothing was rated yet; `viva` opens the app, and one key starts the first question.")


def _rows(found: Statistics) -> list[tuple[str, str]]:
    streak = found.streak
    days = found.days_to_interview
    return [
        ("questions seen", f"{found.seen:,} of {found.cards:,}, {found.mature:,} mature"),
        ("reviews", f"{found.reviews:,}"),
        ("retention", _retention(found.retention)),
        ("in the last 30 days", _retention(found.retention_last_30_days)),
        ("desired", _share(found.desired_retention)),
        ("due today", f"{found.forecast[0].count:,}" if found.forecast else "0"),
        ("streak", f"{count(streak.current, 'day')}, the longest {count(streak.longest, 'day')}"),
        ("predictions", _calibration(found.calibration)),
        ("time an answer", _timing(found.answer_seconds)),
        ("interview", "no date set" if days is None else f"in {count(days, 'day')}"),
    ]


def _retention(one: Retention) -> str:
    if one.true is None:
        return "no review of a learnt question yet"
    return f"{_share(one.true)}, predicted {_share(one.predicted)}, over {count(one.reviews, 'review')}"


def _calibration(one: Calibration) -> str:
    return f"{one.right:,} of {one.predictions:,} right" if one.predictions else "none yet"


def _timing(one: Timing) -> str:
    return "not timed yet" if one.median is None else f"{one.median:.0f} s at the median"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
