"""Faults as cards of the schedule: what was missed comes back."""

from collections.abc import Iterable
from random import Random, randrange

from app.faults.case import recorded_of
from app.faults.score import Play
from app.study.schedule import Schedule

ANY_SEED = 10_000
TRIED = 200
"""How many seeds are looked at for one with a fault that is due."""


def card_of(fault: str) -> str:
    """The card of a fault; no question's id has a colon."""
    return f"fault:{fault}"


def rate(play: Play, schedule: Schedule, seconds: float) -> None:
    """Rate the card of each fault of a case that is over. Raises StoreError where it cannot be kept."""
    for fault in play.case.faults:
        schedule.rate(
            card_of(fault.id),
            rating(play, fault.id),
            seconds=seconds / len(play.case.faults),
            answer=play.words or None,
            hints=len(play.looked),
        )


def rating(play: Play, fault: str) -> int:
    """1 not mended or not found at all, 2 half of it, 3 found and mended, 4 without looks and refusals."""
    found = play.found(play.fault(fault))
    share = play.named(play.fault(fault))
    if not play.mended or not (found or share):
        return 1
    if not found or share < 0.5:
        return 2
    return 3 if play.looked or play.refused or share < 1 else 4


def seed_for(level: str, schedule: Schedule, start: int | None = None) -> int:
    """A seed of this level: one whose faults are due where there is one, else any."""
    start = randrange(ANY_SEED) if start is None else start
    due = _due(schedule)
    for seed in range(start, start + TRIED):
        if due & {card_of(name) for name in recorded_of(level, Random(f"{level} {seed}")).ids}:
            return seed
    return start


def _due(schedule: Schedule) -> set[str]:
    cards: Iterable[str] = [card for card in schedule.memories() if card.startswith("fault:")]
    return {card for card, status in schedule.statuses(cards).items() if status.is_due}
