"""What to study now: due cards first, then new ones, and what each rating would do.

Everything here follows from the store's log, the person's flags and their settings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from app.bank.schema import Question

from . import memory as fsrs_memory
from .cards import Counts, Preview, why_due
from .cards import Filter as Filter
from .cards import Status as Status
from .days import day_start, local_day, short
from .memory import Memory
from .records import RATINGS, SCHEDULED_MODES, Mode, Review, utc_now
from .store import Store

Q = TypeVar("Q", bound=Question)

SPREAD_DAYS = 7
_MEMORY = msgspec.json.Decoder(Memory)


class StudySettings(Struct, frozen=True, kw_only=True):
    """How to schedule. `desired_retention` is the chance of remembering at which a card comes due."""

    desired_retention: Annotated[float, Meta(ge=0.7, le=0.99)] = 0.9
    new_per_day: Annotated[int, Meta(ge=0)] = 10
    reviews_per_day: Annotated[int, Meta(ge=0)] = 200
    interview_date: date | None = None
    fuzz: bool = True

    @classmethod
    def load(cls, store: Store) -> StudySettings:
        """The remembered settings; ones that are out of bounds are said in `store.notices` and not used."""
        try:
            return msgspec.convert(store.get("study", {}), cls)
        except msgspec.ValidationError as error:
            store.notices.append(f"The study settings could not be used ({error}); the usual ones are.")
            return cls()

    def save(self, store: Store) -> None:
        """Remember the settings. Raises `msgspec.ValidationError` for a value out of bounds."""
        msgspec.convert(built := msgspec.to_builtins(self), StudySettings)
        store.put("study", built)


class Schedule:
    """The schedule of one session: `undo` reaches back to where this object was made.

    `zone` None is the machine's own time zone. Raises `StoreError` where the store does.
    """

    def __init__(
        self,
        store: Store,
        settings: StudySettings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        zone: tzinfo | None = None,
    ) -> None:
        self.store = store
        self.settings = settings or StudySettings.load(store)
        self.now = now
        self.zone = zone
        self._rated: list[Review] = []
        self._last_at: datetime | None = None

    # Looking -------------------------------------------------------------------------------------------

    def memories(self) -> dict[str, Memory]:
        """Every card that was ever reviewed, as FSRS has it now; kept by the store until the log grows."""
        settings = self.settings
        basis = f"2:{settings.desired_retention}:{settings.fuzz}"

        def rebuild(cards: set[str]) -> dict[str, bytes]:
            return {card: msgspec.json.encode(self._replayed(card)) for card in cards}

        return {card: self._decoded(card, state) for card, state in self.store.cached(basis, rebuild).items()}

    def statuses(self, cards: Iterable[str]) -> dict[str, Status]:
        """The status of each card, new ones included."""
        memories, flags, now = self.memories(), self.store.flags(), self.now()
        return {
            card: self._status(card, memories.get(card, Memory()), flags.get(card), now) for card in cards
        }

    def status(self, card: str) -> Status:
        return self.statuses([card])[card]

    def previews(self, card: str) -> dict[int, Preview]:
        """For each rating from 1 to 4, when the card would come next; `rate` then does just that."""
        memory, now = self.memories().get(card, Memory()), self._moment()
        found = {}
        for rating in RATINGS:
            due, _ = self._capped(card, self._advanced(card, memory, rating, now))
            assert due is not None
            found[rating] = Preview(due, due - now, short(due - now))
        return found

    def queue(self, questions: Sequence[Q], want: Filter | None = None, *, cram: bool = False) -> list[Q]:
        """What to study now: due cards, longest waiting first, then new ones as given, within the limits.

        With `cram`, every matching card, least remembered first, whether due or not. Suspended and buried
        cards are left out either way.
        """
        status = self.statuses(question.id for question in questions)
        want = want or Filter()
        chosen = [
            question
            for question in questions
            if not (status[question.id].suspended or status[question.id].buried)
            and want.matches(question, status[question.id])
        ]
        if cram:
            return sorted(chosen, key=lambda question: status[question.id].retrievability)
        due = [question for question in chosen if status[question.id].is_due]
        new = [question for question in chosen if status[question.id].is_new]
        due.sort(key=lambda question: (status[question.id].due or self.now(), question.id))
        seen, introduced = self._today()
        due_limit = self._limit(self.settings.reviews_per_day, len(due), len(seen - introduced))
        new_limit = self._limit(self.settings.new_per_day, len(new), len(introduced))
        # A card in its learning steps was begun today, so it counts against no limit.
        learning = [q for q in due if status[q.id].memory.phase != "review"]
        return learning + [q for q in due if q not in learning][:due_limit] + new[:new_limit]

    def counts(self, questions: Sequence[Question]) -> Counts:
        status = self.statuses(question.id for question in questions)
        queue = self.queue(questions)
        new = sum(status[question.id].is_new for question in queue)
        open_cards = [s for s in status.values() if not (s.suspended or s.buried)]
        wanted = sum(s.is_due or s.is_new for s in open_cards)
        later = [s.due for s in open_cards if s.due and not s.is_due]
        return Counts(
            due=len(queue) - new,
            new=new,
            waiting=wanted - len(queue),
            total=len(questions),
            reviewed_today=len(self._today()[0]),
            days_to_interview=self.days_to_interview(),
            next_due=min(later, default=None),
        )

    def weakness(self, cards: Iterable[str]) -> dict[str, float]:
        """How much each card needs asking, from 0 to 1: new ones 0.6, weak ones at least 0.8, leeches 1."""
        return {
            card: 1.0
            if status.leech
            else 0.6
            if status.is_new
            else max(1 - status.retrievability, (1 - status.mastery) / 2, 0.8 * status.weak)
            for card, status in self.statuses(cards).items()
        }

    def days_to_interview(self) -> int | None:
        """Whole days until the interview, 0 on its day; None without a date, or when it has passed."""
        if self.settings.interview_date is None:
            return None
        days = (self.settings.interview_date - local_day(self.now(), self.zone)).days
        return days if days >= 0 else None

    # Rating --------------------------------------------------------------------------------------------

    def rate(
        self,
        card: str,
        rating: int,
        *,
        seconds: float = 0.0,
        answer: str | None = None,
        hints: int = 0,
        predicted: str | None = None,
        actual: str | None = None,
        mode: Mode = "quiz",
    ) -> Review:
        """Write one rating; it is on disk when this returns. Raises `ValueError` unless it is 1 to 4."""
        if rating not in RATINGS:
            raise ValueError(f"a rating is 1 (again), 2 (hard), 3 (good) or 4 (easy), not {rating!r}")
        review = Review(
            card=card,
            rating=rating,
            reviewed_at=self._moment(),
            seconds=max(0.0, seconds),
            answer=answer and answer.encode(errors="replace").decode(),
            hints=hints,
            predicted=predicted,
            actual=actual,
            mode=mode,
        )
        self.store.add(review)
        self._rated.append(review)
        self._last_at = review.reviewed_at
        return review

    def undo(self) -> Review | None:
        """Take back this session's latest rating that still stands; None when there is none left."""
        if not self._rated:
            return None
        self.store.retract(self._rated[-1].id)
        return self._rated.pop()

    def bury(self, card: str) -> None:
        """Leave the card out until tomorrow."""
        tomorrow = local_day(self.now(), self.zone) + timedelta(days=1)
        self.store.set_flags(card, buried_until=day_start(tomorrow, self.zone))

    def suspend(self, card: str, suspended: bool = True) -> None:
        """Leave the card out until it is asked back."""
        self.store.set_flags(card, suspended=suspended)

    def flag(self, card: str, flagged: bool = True) -> None:
        self.store.set_flags(card, flagged=flagged)

    # How -----------------------------------------------------------------------------------------------

    def _moment(self) -> datetime:
        """Now, or just after this session's last rating: a coarse clock must not upset the log's order."""
        now = self.now()
        if self._last_at and timedelta() <= self._last_at - now < timedelta(seconds=1):
            return self._last_at + timedelta(microseconds=1)
        return now

    def _advanced(self, card: str, memory: Memory, rating: int, at: datetime) -> Memory:
        settings = self.settings
        return fsrs_memory.advance(card, memory, rating, at, settings.desired_retention, settings.fuzz)

    def _decoded(self, card: str, state: bytes) -> Memory:
        try:
            return _MEMORY.decode(state)
        except msgspec.MsgspecError:  # damaged, and derived: the log has it still
            return self._replayed(card)

    def _replayed(self, card: str) -> Memory:
        memory = Memory()
        for review in self.store.reviews(card):
            if review.mode in SCHEDULED_MODES:
                memory = self._advanced(card, memory, review.rating, review.reviewed_at)
        return memory

    def _capped(self, card: str, memory: Memory) -> tuple[datetime | None, bool]:
        if memory.due is None or memory.last_review is None or self.settings.interview_date is None:
            return memory.due, False
        latest = last_call(card, memory.last_review, self.settings.interview_date, self.zone)
        if latest is None or memory.due <= latest:
            return memory.due, False
        return latest, True

    def _status(self, card: str, memory: Memory, flags: object, now: datetime) -> Status:
        due, capped = self._capped(card, memory)
        buried_until = getattr(flags, "buried_until", None)
        suspended = bool(getattr(flags, "suspended", False))
        buried = buried_until is not None and buried_until > now
        chance = fsrs_memory.retrievability(memory, now, self.settings.desired_retention)
        ready = due is not None and due < self._due_cutoff(memory, now)
        is_due = ready and not suspended and not buried
        label = "new" if due is None else "due" if ready else short(due - now)
        return Status(
            card=card,
            memory=memory,
            due=due,
            retrievability=chance,
            suspended=suspended,
            flagged=bool(getattr(flags, "flagged", False)),
            buried=buried,
            is_due=is_due,
            capped=capped,
            label="suspended" if suspended else "buried" if buried else label,
            why=why_due(memory, due, chance, ready, capped, now),
        )

    def _due_cutoff(self, memory: Memory, now: datetime) -> datetime:
        """What is due before this is due now: now while learning, otherwise the end of the local day."""
        if memory.phase != "review":
            return now + timedelta(microseconds=1)
        return day_start(local_day(now, self.zone) + timedelta(days=1), self.zone)

    def _today(self) -> tuple[set[str], set[str]]:
        """The cards that were reviewed today, and those among them that were new."""
        today = local_day(self.now(), self.zone)
        seen, introduced = set(), set()
        for card, memory in self.memories().items():
            if memory.last_review and local_day(memory.last_review, self.zone) == today:
                seen.add(card)
                if memory.first_review and local_day(memory.first_review, self.zone) == today:
                    introduced.add(card)
        return seen, introduced

    def _limit(self, per_day: int, waiting: int, done: int) -> int:
        """What is left of today's limit, raised where an interview is near so that each gets a turn."""
        left = self.days_to_interview()
        needed = 0 if not left else -(-(waiting + done) // left)
        return max(0, max(per_day, needed) - done)


def last_call(
    card: str, reviewed_at: datetime, interview: date, zone: tzinfo | None = None
) -> datetime | None:
    """The latest due date that still brings a card round before the interview, or None on its eve and after.

    Cards are spread over up to a week before the interview, so that they do not all fall on its eve.
    """
    left = (interview - local_day(reviewed_at, zone)).days
    if left < 2:
        return None
    window = min(SPREAD_DAYS, left // 2)
    days_before = 1 + zlib.crc32(card.encode()) % window
    return day_start(interview - timedelta(days=days_before), zone)
