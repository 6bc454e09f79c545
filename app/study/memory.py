"""How well a card is remembered: FSRS (the `fsrs` package), replayed over the card's own log.

The log is the truth; a `Memory` is what follows from it under one set of settings.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from .records import Review

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

Phase = Literal["new", "learning", "review", "relearning"]
PHASES: dict[int, Phase] = {1: "learning", 2: "review", 3: "relearning"}


class Memory(Struct, frozen=True, kw_only=True):
    """One card's state after its last review, as FSRS has it.

    `stability` is in days (the interval after which 90 % are remembered), `difficulty` from 1 to 10,
    `lapses` counts the times that the card was forgotten after it had been learnt.
    """

    phase: Phase = "new"
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    due: datetime | None = None
    first_review: datetime | None = None
    last_review: datetime | None = None
    last_rating: int | None = None
    reps: int = 0
    lapses: int = 0


@dataclass(frozen=True)
class Step:
    """One review in a replay: what FSRS thought before it, and after it."""

    review: Review
    before: Memory
    after: Memory
    retrievability: float
    """The chance of remembering that FSRS gave just before the review; 0 for a new card."""


@lru_cache(maxsize=16)
def scheduler(desired_retention: float, fuzz: bool) -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(desired_retention=desired_retention, enable_fuzzing=fuzz)


def replay(card: str, reviews: Sequence[Review], desired_retention: float, fuzz: bool) -> Iterator[Step]:
    """Take one card from new through `reviews`, which are its own and oldest first."""
    memory = Memory()
    for review in reviews:
        before = memory
        chance = retrievability(before, review.reviewed_at, desired_retention)
        memory = advance(card, before, review.rating, review.reviewed_at, desired_retention, fuzz)
        yield Step(review, before, memory, chance)


def advance(
    card: str, memory: Memory, rating: int, at: datetime, desired_retention: float, fuzz: bool
) -> Memory:
    """What one more review makes of a card. The same arguments always give the same due date."""
    from fsrs import Rating

    with _repeatable(f"{card}:{memory.reps}", fuzz):
        after, _ = scheduler(desired_retention, fuzz).review_card(_card(memory, at), Rating(rating), at)
    return Memory(
        phase=PHASES[after.state],
        step=after.step,
        stability=after.stability,
        difficulty=after.difficulty,
        due=after.due,
        first_review=memory.first_review or at,
        last_review=at,
        last_rating=rating,
        reps=memory.reps + 1,
        lapses=memory.lapses + (memory.phase == "review" and rating == 1),
    )


def retrievability(memory: Memory, at: datetime, desired_retention: float) -> float:
    """The chance, from 0 to 1, that the card is remembered at an instant, by FSRS; 0 for a new card."""
    if memory.phase == "new":
        return 0.0
    return float(scheduler(desired_retention, False).get_card_retrievability(_card(memory, at), at))


def _card(memory: Memory, at: datetime) -> Card:
    from fsrs import Card, State

    state = {"learning": State.Learning, "review": State.Review, "relearning": State.Relearning}
    return Card(
        card_id=1,  # given, as the package would otherwise wait to make a unique one
        state=state.get(memory.phase, State.Learning),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due or at,
        last_review=memory.last_review,
    )


@contextmanager
def _repeatable(key: str, fuzz: bool) -> Iterator[None]:
    """The package fuzzes with the global generator: seed it, so that a replay finds the same due date."""
    if not fuzz:
        yield
        return
    kept = random.getstate()
    random.seed(key)
    try:
        yield
    finally:
        random.setstate(kept)
