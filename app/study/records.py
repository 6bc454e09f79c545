"""What the store keeps, as typed records. The same records are the lines of a progress file."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

Rating = Annotated[int, Meta(ge=1, le=4)]
RATINGS = {1: "again", 2: "hard", 3: "good", 4: "easy"}
Instant = Annotated[datetime, Meta(tz=True)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Mode = Literal["quiz", "cram", "interview"]

#: Times before the first or from the last on are damage: no clock shows them, and days could not be counted.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

#: The modes whose ratings move the schedule. Cramming is practice that leaves it alone.
SCHEDULED_MODES = ("quiz", "interview")


def new_id() -> str:
    """A fresh identity for a record, unique across machines."""
    return str(uuid.uuid4())


def utc_now() -> datetime:
    return datetime.now(UTC)


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A row of the store. Times with another offset are turned into UTC, which is all that is stored.

    Raises ValueError for a time that no clock shows.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, datetime):
                continue
            if not FIRST <= value < LAST:
                raise ValueError(f"{name}: expected a time from 1970 to 2199, got one of {value.year}")
            if value.tzinfo is not UTC:
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


class Review(Record, frozen=True, kw_only=True, tag="review"):
    """One rating of one card: as of `RATINGS`. Written once, never changed."""

    id: Text = field(default_factory=new_id)
    card: Text
    rating: Rating
    reviewed_at: Instant
    seconds: Seconds = 0.0
    answer: str | None = None
    hints: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    predicted: str | None = None
    actual: str | None = None
    mode: Mode = "quiz"


class Retraction(Record, frozen=True, kw_only=True, tag="retraction"):
    """An undone review: the review stays in the log, and this line says that it no longer counts."""

    review: Text
    at: Instant


class Flags(Record, frozen=True, kw_only=True, tag="flags"):
    """What a person has set on a card by hand."""

    card: Text
    suspended: bool = False
    flagged: bool = False
    buried_until: Instant | None = None


class Result(Record, frozen=True, kw_only=True, tag="run"):
    """What a race came to, as it is kept, drawn, printed and exported.

    settings: those of all; what a variant set for itself is under `variants`, by variant.
    outcome: empty where the race failed; then the finding says why.
    evidence, compared: as of `Outcome`. losses: by variant, one a step, None where not finite.
    """

    id: Text = field(default_factory=new_id)
    experiment: Text
    settings: dict[str, Any]
    outcome: str
    finding: str
    started_at: Instant
    seconds: Seconds
    evidence: dict[str, Any] = {}
    compared: dict[str, tuple[float | None, float | None]] = {}
    losses: dict[str, list[float | None]] = {}
    device: str = ""
    libraries: dict[str, str] = {}

    @property
    def error(self) -> str | None:
        """Why it came to nothing."""
        return None if self.outcome else self.finding

    @property
    def seed(self) -> int:
        return int(self.settings["seed"])

    @property
    def source(self) -> str:
        """The model, the data and the seed that it ran with, in a few words."""
        told = (name for name in ("model", "data", "seed") if name in self.settings)
        return ", ".join(f"{name} {self.settings[name]}" for name in told)


class Prediction(Record, frozen=True, kw_only=True, tag="prediction"):
    """What a person said would happen before a run, and what the run decided."""

    id: Text = field(default_factory=new_id)
    question: Text
    predicted: str
    actual: str
    at: Instant


class SavedInterview(Record, frozen=True, kw_only=True, tag="interview"):
    """A mock interview's score card, as `interview.ScoreCard` writes it."""

    id: Text = field(default_factory=new_id)
    started_at: Instant
    card: dict[str, Any]


class Setting(Record, frozen=True, kw_only=True, tag="setting"):
    """One remembered preference, any JSON value."""

    key: Text
    value: Any


class Trust(Record, frozen=True, kw_only=True, tag="trust"):
    """A person's consent to run the content with this hash. It is never exported: trust is one machine's."""

    hash: Text
    at: Instant
