"""What passes from a worker to the app, one JSON object per line.

A number that is not finite (a loss that ran away) travels as null.
"""

from typing import Any

import msgspec

from experiments.engine.outcome import Outcome

PROTOCOL = 1


class _Event(msgspec.Struct, tag_field="event"):
    pass


class Hello(_Event, tag="hello"):
    """The first of a run: what is run, on what, with which versions. `variants`: name → unified diff."""

    protocol: int
    experiment: str | None
    variants: dict[str, str]
    model: str
    data: str
    seed: int
    device: str
    threads: int
    settings: dict[str, Any]
    libraries: dict[str, str]


class Statement(_Event, tag="statement"):
    """A statement of the page, lines `first` to `last`: begun (seconds is null) or done.

    A line inside a loop is told as done once, when its loop ends, with the sum over all rounds.
    `memory`: resident bytes of the worker.
    """

    variant: str
    first: int
    last: int
    seconds: float | None
    memory: int


class Step(_Event, tag="step", omit_defaults=True):
    """One round of the training loop. `tokens`: positions in the batch; `padding`: how many were padding.

    `other`: what further measures gave.
    """

    variant: str
    step: int
    of: int | None
    loss: float | None
    learning_rate: float | None
    grad_norm: float | None
    tokens: int | None
    padding: int | None
    seconds: float
    other: dict[str, float | None] = {}


class Eval(_Event, tag="eval"):
    """What the page's metric gave; `other`: whatever it gave besides."""

    variant: str
    accuracy: float | None = None
    f1: float | None = None
    other: dict[str, float | None] = {}

    @property
    def metrics(self) -> dict[str, float]:
        named = {"accuracy": self.accuracy, "f1": self.f1, **self.other}
        return {name: value for name, value in named.items() if value is not None}


class Raised(_Event, tag="raised"):
    """An exception of the page, which is a finding rather than a failure. `line` is the page's."""

    variant: str
    type: str
    message: str
    line: int | None


class Observed(_Event, tag="observed"):
    """The experiment's own evidence: name → number, text or small table."""

    variant: str
    values: dict[str, Any]


class Turn(_Event, tag="turn"):
    """An interleaved variant waits to be given its next round. It stays between worker and app."""

    variant: str


class Over(_Event, tag="over"):
    """A variant has told all that it had to tell. It stays between worker and app."""

    variant: str


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """What a name holds: in one line, and as data.

    digest: equal where the values are equal to the last bit; None where nobody can say.
    missing: it holds nothing at this moment; `text` says why.
    inside: where that was asked for, a tensor's first `numbers`, a batch's `pairs`, or a dataset's `rows`.
    """

    name: str
    text: str
    data: dict[str, Any] = {}
    digest: str | None = None
    missing: bool = False
    inside: dict[str, Any] = {}


class Looked(_Event, tag="looked"):
    """A run that is looked into has stopped, just before it runs a line.

    place: the how many-th of the places that the run has come to, from 1.
    path: the loops around the line, each as its line and its round, then the line; empty at the page's end.
    reached: whether it stands where it was asked to go; a page may end before, or leave a line out.
    came: how it got here: `on` from where it stood, from a `snapshot`, or from the `start` again.
    """

    variant: str
    place: int
    path: list[int]
    values: list[Value]
    reached: bool = True
    came: str = "on"


class Recorded(_Event, tag="recorded"):
    """The digests of what a page holds just before it runs a line, as far as they changed since the last.

    A name that holds nothing any more is null.
    """

    variant: str
    place: int
    path: list[int]
    changed: dict[str, str | None]


class Behind(_Event, tag="behind"):
    """Where it is to go lies behind it, and no snapshot is there: it has to be run from the start again."""

    variant: str
    place: int


class Error(_Event, tag="error"):
    """What went wrong that should not have. `input`: what was asked for is at fault, not viva."""

    type: str
    message: str
    traceback: str = ""
    variant: str | None = None
    input: bool = False


class Bye(_Event, tag="bye"):
    """The last of a run. An end without it is a crash. `memory`: peak resident bytes."""

    seconds: float
    memory: int


Event = (
    Hello
    | Statement
    | Step
    | Eval
    | Raised
    | Observed
    | Turn
    | Over
    | Looked
    | Recorded
    | Behind
    | Outcome
    | Error
    | Bye
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """The event as one line of JSON, its newline included."""
    return _encoder.encode(event) + b"\n"


def decode(line: bytes | str) -> Event:
    """The event in a line. Raises msgspec.ValidationError or msgspec.DecodeError for anything else."""
    event: Event = _decoder.decode(line)
    return event
