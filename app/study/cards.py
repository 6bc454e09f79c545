"""A card as a screen shows it: its status, why it is due, what a rating would do, and which cards to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from app.bank.schema import Question

from .days import short
from .memory import Memory

Q = TypeVar("Q", bound=Question)

LEECH_LAPSES = 8
MATURE_DAYS = 21.0


@dataclass(frozen=True)
class Status:
    """One card as a screen shows it. `due` already respects the interview date."""

    card: str
    memory: Memory
    due: datetime | None
    retrievability: float
    suspended: bool
    flagged: bool
    buried: bool
    is_due: bool
    capped: bool
    label: str
    """`new`, `due`, the time until it is due (`4 d`), `suspended` or `buried`."""
    why: str
    """One sentence: why it is due, or when it will be."""

    @property
    def is_new(self) -> bool:
        return self.memory.phase == "new"

    @property
    def leech(self) -> bool:
        """Forgotten so often that the card, or what it rests on, needs another look."""
        return self.memory.lapses >= LEECH_LAPSES

    @property
    def weak(self) -> bool:
        """Last rated again or hard, or a leech."""
        return self.leech or self.memory.last_rating in (1, 2)

    @property
    def mastery(self) -> float:
        """From 0, never seen, to 1: FSRS expects it to be remembered for three weeks."""
        return min(1.0, (self.memory.stability or 0.0) / MATURE_DAYS)


@dataclass(frozen=True)
class Preview:
    """What a rating would do: when the card comes next, and how the key shows it."""

    due: datetime
    interval: timedelta
    label: str


@dataclass(frozen=True)
class Counts:
    """How much there is: `due` and `new` are in today's queue, `waiting` is what the limits hold back."""

    due: int
    new: int
    waiting: int
    total: int
    reviewed_today: int
    days_to_interview: int | None
    next_due: datetime | None


@dataclass(frozen=True)
class Filter:
    """Which questions to study; what is left empty does not restrict."""

    levels: Sequence[str] = ()
    topics: Sequence[str] = ()
    tags: Sequence[str] = ()
    weak: bool = False
    due: bool = False
    flagged: bool = False
    text: str = ""

    def matches(self, question: Question, status: Status) -> bool:
        whole = " ".join((question.id, question.topic, *question.tags, question.question, question.answer))
        return (
            (not self.levels or question.level in self.levels)
            and (not self.topics or question.topic in self.topics)
            and (not self.tags or not set(self.tags).isdisjoint(question.tags))
            and (not self.weak or status.weak)
            and (not self.due or status.is_due)
            and (not self.flagged or status.flagged)
            and all(word in whole.casefold() for word in self.text.casefold().split())
        )


def why_due(
    memory: Memory, due: datetime | None, chance: float, ready: bool, capped: bool, now: datetime
) -> str:
    """One sentence: why a card is due, or when it will be."""
    if due is None or memory.last_review is None:
        return "new: you have not answered it yet"
    if memory.phase != "review" and ready:
        return "you are still learning it"
    seen = f"last answered {_ago(now - memory.last_review)}, {chance:.0%} likely to be remembered"
    if not ready:
        return f"due in {short(due - now).removeprefix('<')}; {seen}"
    overdue = (now - due).days
    late = f"due {_ago(now - due)}" if overdue >= 1 else "due today"
    return f"{late}{', to come round before the interview' if capped else ''}; {seen}"


def _ago(gone: timedelta) -> str:
    return f"{short(gone).removeprefix('<')} ago"


def by_topic(questions: Sequence[Q]) -> Mapping[str, list[Q]]:
    """The questions of each topic, topics in the order in which they first appear."""
    groups: dict[str, list[Q]] = {}
    for question in questions:
        groups.setdefault(question.topic, []).append(question)
    return groups
