"""Choose what to study, and how much of it."""

from collections import Counter
from datetime import date

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from app.bank.schema import LEVELS, Question
from app.format import count
from app.study.days import local_day
from app.study.records import Mode
from app.study.schedule import Filter, Schedule, StudySettings
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.fields import rows
from app.tui.widgets.ticks import Groups, Ticks
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

SHOWN = 12
FIELDS = {
    "new_per_day": "new a day",
    "reviews_per_day": "reviews a day",
    "desired_retention": "desired retention",
    "interview_date": "interview date",
}
CRAM = ("how", "cram")


class StudySetup(Screen[None]):
    """What matches is counted as one chooses. Enter starts, and the quiz takes this screen's place."""

    CSS_PATH = "study_setup.tcss"
    BINDINGS = [
        Binding("enter", "start", "Start", priority=True),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("ctrl+s", "save", "Keep the settings"),
        Binding("escape", "dismiss", "Back"),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        settings = self.context.schedule.settings
        yield TopLine(id="choice")
        with Horizontal(id="choosing"):
            with Vertical(id="sorts"):
                yield Input(placeholder="words that it must have", id="words", compact=True)
                yield Ticks(id="kinds")
            with VerticalScroll(id="chosen", can_focus=False):
                yield Static(id="first")
                yield from rows(
                    {
                        label: Input(_written(getattr(settings, name)), id=name, compact=True)
                        for name, label in FIELDS.items()
                    }
                )
                yield Static(id="wrong")
        yield Footer(show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one("#interview_date", Input).placeholder = "2026-12-31"
        ticks = self.query_one(Ticks)
        ticks.offer(self._groups())
        ticks.focus()
        self._count()

    def on_screen_resume(self) -> None:
        self._count()

    def _groups(self) -> Groups:
        questions = self.context.bank.questions
        statuses = self.context.schedule.statuses(question.id for question in questions).values()
        only = {
            "due": sum(status.is_due for status in statuses),
            "weak": sum(status.weak for status in statuses),
            "flagged": sum(status.flagged for status in statuses),
        }
        levels: Counter[str] = Counter(question.level for question in questions)
        topics = Counter(question.topic for question in questions)
        tags = Counter(tag for question in questions for tag in question.tags)
        return {
            "Only what is": _entries("only", only),
            "Level": _entries("level", {name: levels[name] for name in LEVELS if levels[name]}),
            "Topic": _entries("topic", topics),
            "Tag": _entries("tag", dict(sorted(tags.items(), key=lambda item: (-item[1], item[0])))),
            "How": {CRAM: "cram: due or not, and the schedule stays as it is"},
        }

    # What is chosen ------------------------------------------------------------------------------------

    def _wanted(self) -> Filter:
        chosen: dict[str, list[str]] = {"only": [], "level": [], "topic": [], "tag": []}
        for kind, name in self.query_one(Ticks).ticked:
            chosen.setdefault(kind, []).append(name)
        return Filter(
            levels=chosen["level"],
            topics=chosen["topic"],
            tags=chosen["tag"],
            due="due" in chosen["only"],
            weak="weak" in chosen["only"],
            flagged="flagged" in chosen["only"],
            text=self.query_one("#words", Input).value,
        )

    @property
    def is_cram(self) -> bool:
        return CRAM in self.query_one(Ticks).ticked

    def _settings(self) -> StudySettings:
        """The fields as settings. Raises ValueError naming the one that is wrong."""
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in FIELDS}
        return msgspec.structs.replace(
            self.context.schedule.settings,
            new_per_day=_whole(FIELDS["new_per_day"], typed["new_per_day"]),
            reviews_per_day=_whole(FIELDS["reviews_per_day"], typed["reviews_per_day"]),
            desired_retention=_share(typed["desired_retention"]),
            interview_date=_date(typed["interview_date"]),
        )

    @on(Ticks.Changed)
    @on(Input.Changed)
    def _count(self) -> None:
        """How many there are now, and which come first."""
        used = self.context.schedule.settings
        note, style = "", "dim"
        try:
            typed = self._settings()
            note = self._until(typed.interview_date)
            used = msgspec.structs.replace(typed, desired_retention=used.desired_retention)
        except ValueError as problem:
            note, style = str(problem), "$text-error"
        found = self._queue(used)
        statuses = self.context.schedule.statuses(question.id for question in found)
        new = sum(status.is_new for status in statuses.values())
        told = f"{len(found)} to cram" if self.is_cram else f"{len(found) - new} due · {new} new"
        self.query_one(TopLine).say("What to study", told)
        self.query_one("#wrong", Static).update(plain(note, style))
        rows = [plain(f"{question.number or '·':>4} {question.title}") for question in found[:SHOWN]]
        if len(found) > SHOWN:
            rows.append(plain(f"     and {len(found) - SHOWN} more", "dim"))
        self.query_one("#first", Static).update(
            Content("\n").join(rows) if rows else plain(_none(self.is_cram))
        )

    def _queue(self, settings: StudySettings) -> list[Question]:
        mine = self.context.schedule
        schedule = Schedule(self.context.store, settings, now=mine.now, zone=mine.zone)
        return schedule.queue(self.context.bank.questions, self._wanted(), cram=self.is_cram)

    def _until(self, interview: date | None) -> str:
        if interview is None:
            return "With an interview date, every question comes round before it."
        days = (interview - local_day(self.context.schedule.now(), self.context.schedule.zone)).days
        if days < 0:
            return "The interview date has passed and no longer counts."
        return f"Interview {'today' if days == 0 else 'in ' + count(days, 'day')}."

    # What one can do -----------------------------------------------------------------------------------

    def action_search(self) -> None:
        self.query_one("#words").focus()

    def action_save(self) -> bool:
        """Keep limits, retention and date; gives whether that was possible."""
        schedule = self.context.schedule
        try:
            settings = self._settings()
            if settings != schedule.settings:
                settings.save(self.context.store)
                schedule.settings = settings
                self.notify("Settings kept.", timeout=2, markup=False)
        except (ValueError, StoreError) as problem:
            self.notify(f"Not kept: {problem}", severity="error", markup=False)
            return False
        return True

    def action_start(self) -> None:
        from app.tui.screens.quiz import QuizScreen

        if not self.action_save():
            return
        found = self._queue(self.context.schedule.settings)
        if found:
            mode: Mode = "cram" if self.is_cram else "quiz"
            self.app.switch_screen(QuizScreen(self.context, found, mode=mode))
        else:
            self.notify(_none(self.is_cram), markup=False)


def _none(is_cram: bool) -> str:
    return "Nothing matches." if is_cram else "Nothing due or new: tick cram?"


def _entries(kind: str, counts: dict[str, int] | Counter[str]) -> dict[tuple[str, str], str]:
    return {(kind, name): f"{name} · {count}" for name, count in counts.items()}


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError(f"{name}: a whole number, 0 or more, not {text or 'nothing'}")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0.7 <= value <= 0.99:
        raise ValueError(f"desired retention: from 0.7 to 0.99, not {text or 'nothing'}")
    return value


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"interview date: a day such as 2026-12-31, or nothing, not {text}") from None
