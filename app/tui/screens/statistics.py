"""How the studying goes: retention, what comes due, weak spots, streak, predictions, time."""

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from app.study.records import RATINGS
from app.study.stats import Calibration, Day, Retention, Statistics, Timing, Week, statistics
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.charts import bar, columns
from app.tui.widgets.curves import Curves
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

WEEK = 7
MOST_WEAK = 8
CHART_HEIGHT = 4
NAME_WIDTH, BAR_WIDTH = 26, 12
PARTS = ("retention", "due", "days", "weak", "predictions", "time")

EMPTY = """\
Nothing has been rated yet. After the first questions, this is where you see

  retention      how much you remembered, beside what the schedule predicted
  coming due     how many questions each of the next days brings
  days studied   your streak
  weak spots     what you keep forgetting, one key away from studying it
  predictions    how often you said rightly what an experiment would do
  time           how long an answer takes you

Esc goes back; there, d starts what is due."""


class StatisticsScreen(Screen[None]):
    """Counted in a thread from the log as it is now; the screen is there at once."""

    CSS_PATH = "statistics.tcss"
    BINDINGS = [Binding("w", "study_weak", "Study the weak spots"), Binding("escape", "dismiss", "Back")]

    class Counted(Message):
        """The statistics are there, or what kept them from being so."""

        def __init__(self, found: Statistics | None, problem: str = "") -> None:
            super().__init__()
            self.found = found
            self.problem = problem

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.found: Statistics | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(id="standing")
        with VerticalScroll(id="statistics"):
            yield Static("counting …", id="told")
            with Container(id="figures"):
                for name in PARTS:
                    with Vertical(classes="figure"):
                        yield Static(id=name)
                        if name == "retention":
                            yield Curves(id="by-week")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one(TopLine).say("Statistics")
        self.query_one("#statistics").focus()

    def on_screen_resume(self) -> None:
        self.run_worker(self._count, thread=True, group="count", exclusive=True, exit_on_error=False)

    def _count(self) -> None:
        try:
            found = statistics(self.context.schedule, self.context.bank.questions)
        except StoreError as problem:
            self.post_message(self.Counted(None, str(problem)))
        else:
            self.post_message(self.Counted(found))

    @on(Counted)
    def counted(self, message: Counted) -> None:
        self.found = message.found
        if message.found is None:
            self.query_one("#told", Static).update(plain(message.problem, "$text-error"))
        self._show()
        self.call_after_refresh(self._show)  # the first time, how wide the figures are is known only now
        self.refresh_bindings()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        found = self.found
        if found is None:
            return
        some = bool(found.reviews or found.calibration.predictions)
        self.set_class(some, "-counted")
        self.query_one(TopLine).say("Statistics", _standing(found))
        self.query_one("#told", Static).update(plain(_seen(found) if some else EMPTY))
        if not some:
            return
        room = self.query_one("#due").content_size.width or self.size.width - 6
        contents = {
            "retention": _retention(found),
            "due": _due(found.forecast, room),
            "days": _days(found, room),
            "weak": _weak(found, room),
            "predictions": _predictions(found),
            "time": _time(found),
        }
        for name, content in contents.items():
            self.query_one(f"#{name}", Static).update(content)
        self._by_week(found.retention_by_week)

    def _by_week(self, weeks: Sequence[Week]) -> None:
        """A curve takes two weeks."""
        curves = self.query_one("#by-week", Curves)
        curves.display = len(weeks) > 1
        if len(weeks) > 1:
            percent = {
                "remembered": [_percent(week.retention.true) for week in weeks],
                "predicted": [_percent(week.retention.predicted) for week in weeks],
            }
            curves.follow("% by week", percent, len(weeks))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.found and self.found.weak) if action == "study_weak" else True

    def action_study_weak(self) -> None:
        from app.tui.screens.quiz import QuizScreen

        assert self.found is not None
        by_id = self.context.bank.by_id
        questions = [by_id[weak.card] for weak in self.found.weak if weak.card in by_id]
        if questions:
            self.app.push_screen(QuizScreen(self.context, questions))


def _standing(found: Statistics) -> str:
    streak = f"streak {_count(found.streak.current, 'day')}"
    left = found.days_to_interview
    when = (
        ""
        if left is None
        else " · interview today"
        if left == 0
        else f" · interview in {_count(left, 'day')}"
    )
    return streak + when


def _seen(found: Statistics) -> str:
    ratings = " · ".join(f"{name} {found.ratings[n]:,}" for n, name in RATINGS.items())
    return (
        f"{found.seen:,} of {_count(found.cards, 'question')} seen, {found.mature:,} known for weeks · "
        f"{_count(found.reviews, 'rating')}: {ratings}"
    )


def _retention(found: Statistics) -> Content:
    rows = [plain("Retention", "bold")]
    if found.retention.true is None:
        rows.append(plain("no question came round a day or more after it was learnt, so far"))
        return _lines(rows)
    for name, one in (("always", found.retention), ("last 30 days", found.retention_last_30_days)):
        rows.append(plain(f"{name:<13} {_remembered(one)}"))
    rows.append(plain(f"{'wanted':<13} {found.desired_retention:.0%}", "dim"))
    return _lines(rows)


def _remembered(one: Retention) -> str:
    if one.true is None or one.predicted is None:
        return "–"
    return f"{one.true:.0%} of {one.reviews:,} remembered, {one.predicted:.0%} predicted"


def _due(days: Sequence[Day], room: int) -> Content:
    shown = list(days[: _fit(room)])
    total = sum(day.count for day in shown)
    rows = [plain("Coming due", "bold")]
    most = max(day.count for day in shown)
    rows.append(plain(f"{days[0].count:,} today, {total:,} in {_count(len(shown), 'day')}, {most:,} at most"))
    return _lines([*rows, *_chart(shown)])


def _days(found: Statistics, room: int) -> Content:
    """The last days, today at the right end."""
    today = found.forecast[0].day
    counts = {day.day: day.count for day in found.reviews_by_day}
    span = _fit(room)
    days = [today - timedelta(days=n) for n in reversed(range(span))]
    streak = found.streak
    still = "" if streak.studied_today or not streak.current else "; today keeps it"
    told = f"{_count(streak.current, 'day')} in a row{still}, the longest {_count(streak.longest, 'day')}"
    rows = [plain("Days studied", "bold"), plain(told)]
    return _lines([*rows, *_chart([Day(day=day, count=counts.get(day, 0)) for day in days])])


def _fit(room: int) -> int:
    """How many days a chart has room for: whole weeks, four at most."""
    return WEEK * max(1, min(4, (room + 1) // (2 * WEEK)))


def _chart(days: Sequence[Day]) -> list[Content]:
    bars = [plain(line, "$text-accent") for line in columns([day.count for day in days], CHART_HEIGHT)]
    weeks = "".join(f"{days[n].day:%d %b}".ljust(2 * WEEK) for n in range(0, len(days), WEEK))
    return [*bars, plain(weeks.rstrip(), "dim")]


def _weak(found: Statistics, room: int) -> Content:
    rows = [plain("Weak spots", "bold")]
    for weak in found.weak[:MOST_WEAK]:
        last = RATINGS[weak.last_rating] if weak.last_rating else "–"
        lapses = f"forgotten {weak.lapses}×" if weak.lapses else f"last {last}"
        tail = f"  {'leech, ' if weak.leech else ''}{lapses}, {weak.retrievability:.0%} now"
        title = plain(weak.title).truncate(max(8, room - len(tail)), ellipsis=True)
        rows.append(Content.assemble(title, (tail, "dim")))
    if len(found.weak) > MOST_WEAK:
        rows.append(plain(f"and {len(found.weak) - MOST_WEAK} more", "dim"))
    return _lines(rows if found.weak else [*rows, plain("none")])


def _predictions(found: Statistics) -> Content:
    rows = [plain("Predictions", "bold")]
    if found.calibration.share is None:
        return _lines([*rows, plain("none yet: say what an experiment will do before it runs")])
    rows.append(_right("all", found.calibration))
    topics = sorted(found.calibration_by_topic.items(), key=lambda item: item[1].share or 0.0)
    return _lines([*rows, *(_right(name, one) for name, one in topics)])


def _right(name: str, one: Calibration) -> Content:
    told = f" {bar(one.share or 0.0, BAR_WIDTH)} {one.right:,} of {one.predictions:,} right"
    return Content.assemble(plain(name).truncate(NAME_WIDTH, ellipsis=True, pad=True), told)


def _time(found: Statistics) -> Content:
    rows = [plain("Time an answer takes", "bold")]
    if found.answer_seconds.median is None:
        return _lines([*rows, plain("no answer was timed yet")])
    levels = {"all": found.answer_seconds, **found.answer_seconds_by_level}
    longest = max(one.median or 0.0 for one in levels.values()) or 1.0
    return _lines([*rows, *(_median(name, one, longest) for name, one in levels.items())])


def _median(name: str, one: Timing, longest: float) -> Content:
    seconds = one.median or 0.0
    took = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    told = f"{bar(seconds / longest, BAR_WIDTH)} {took} at the median of {one.answers:,}"
    return plain(f"{name:<14}{told}")


def _percent(share: float | None) -> float:
    return math.nan if share is None else 100 * share


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _lines(rows: Iterable[Content]) -> Content:
    return Content("\n").join(rows)
