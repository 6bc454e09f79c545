"""The first difference of two runs: where a value that both hold is no longer the same to the last bit."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.format import count
from app.lab.glass import LAST, Glass, Side
from experiments.engine.events import Raised, Recorded
from experiments.engine.places import Path, Place, place_of
from experiments.engine.request import Move, Record

EXAMPLE = "classifier.weight"
"""What is named of many weights or gradients: the new head's, where it is among them."""


@dataclass(frozen=True)
class Difference:
    """Where two runs part.

    places: on each side, just before its line is run; None past the end of its page.
    names: what differs there, of what both hold.
    compared: at how many places everything that both held was equal to the last bit.
    """

    places: tuple[Place | None, ...]
    names: tuple[str, ...]
    compared: int
    raised: tuple[Raised | None, ...] = (None, None)

    @property
    def found(self) -> bool:
        return bool(self.names)

    @property
    def example(self) -> str:
        """One of the names, the best known."""
        return next((name for name in self.names if EXAMPLE in name), self.names[0] if self.names else "")

    @property
    def what(self) -> str:
        """What differs, in the field's words."""
        kinds = list(dict.fromkeys(_kind(name, self.names) for name in self.names))
        if len(kinds) == 1 and len(self.names) > 1:
            return f"{kinds[0]} ({count(len(self.names), 'tensor')}, {self.example})"
        if len(self.names) == 1:
            return kinds[0] if kinds[0] == self.example else f"{kinds[0]} ({self.example})"
        return f"{', '.join(kinds[:4])}{' …' if len(kinds) > 4 else ''}"

    @property
    def sentence(self) -> str:
        """Where, what, and what was the same until then."""
        until = f"until then equal to the last bit ({count(self.compared, 'place')} compared)"
        if self.found:
            return f"{_where(self.places[0])}: {self.what}; {until}"
        ends = [f"{one.type} on line {one.line}" for one in self.raised if one is not None]
        end = f" where one raised {ends[0]}" if len(ends) == 1 else ""
        return f"no difference up to the end{end}: {until.removeprefix('until then ')}"


def _where(place: Place | None) -> str:
    if place is None:
        return "at the end"
    return f"round {place.round}, line {place.line}" if place.round else f"line {place.line}"


def _kind(name: str, names: Sequence[str]) -> str:
    if name.endswith(".grad"):
        return "the gradients"
    if " state " in name:
        return "the optimizer's state"
    if name.endswith('["lr"]'):
        return "the learning rate"
    if name.startswith("batch["):
        return "the batch"
    if name.startswith("model."):
        return "the mode" if name == "model.training" else "the weights"
    return name


async def first_difference(glass: Glass, told: Callable[[int], None] = lambda compared: None) -> Difference:
    """Run both from their start, and stop them where they first differ. `told`: places compared so far.

    Just before each line that both pages have, within the same loops, all is compared that both hold: every
    name, weight, gradient, state of the optimizer, and the random state once the page has set it. Raises
    LookFailed.
    """
    await asyncio.gather(*(side.ask(Move(by=-(side.stop.place if side.stop else 1))) for side in glass.sides))
    streams = [Stream(side, partial(glass.key, at)) for at, side in enumerate(glass.sides)]
    compared, names = 0, list[str]()
    await asyncio.gather(*(stream.next() for stream in streams))
    first, second = streams
    unset = set(_differing(first.held, second.held))  # each process begins with another random state
    while True:
        if first.key == second.key:
            if _is_comparable(glass, streams):
                differing = _differing(first.held, second.held)
                unset.intersection_update(differing)
                if names := [name for name in differing if name not in unset]:
                    break
                compared += 1
                told(compared)
            if first.key == LAST:
                break
        behind = min(stream.key for stream in streams)
        await asyncio.gather(*(stream.next() for stream in streams if stream.key == behind))
    places = tuple(place_of(stream.path) if stream.path else None for stream in streams)
    await asyncio.gather(*(stream.stand() for stream in streams))
    raised = tuple(stream.side.raised for stream in streams)
    return Difference(places, tuple(names), compared, raised)


def _is_comparable(glass: Glass, streams: "Sequence[Stream]") -> bool:
    if not streams[0].path:
        return not any(stream.side.raised for stream in streams)
    return all(glass.pairing.is_comparable(at, stream.path[-1]) for at, stream in enumerate(streams))


def _differing(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """The names that both hold, with another digest."""
    return [name for name, digest in first.items() if second.get(name, digest) != digest]


class Stream:
    """The digests of one run, place by place, recorded a stretch at a time."""

    STRETCH = 24

    def __init__(self, side: Side, key: Callable[[Path], Path]) -> None:
        self.side = side
        self._key = key
        self.held: dict[str, str] = {}
        self.path: Path = ()
        self.place = 0
        self._waiting: deque[Recorded] = deque()

    @property
    def key(self) -> Path:
        """Where it is, so that it can be ordered among the places of both."""
        return self._key(self.path)

    async def next(self) -> None:
        """Go to the next place, the last of which is the end of the page."""
        if not self._waiting:
            await self._record()
        recorded = self._waiting.popleft()
        self.path, self.place = tuple(recorded.path), recorded.place
        for name, digest in recorded.changed.items():
            if digest is None:
                self.held.pop(name, None)
            else:
                self.held[name] = digest

    async def _record(self) -> None:
        await self.side.ask(Record(places=self.STRETCH))
        first, *others = self.side.recorded
        if first.place > self.place:
            self._waiting.append(first)
        self._waiting.extend(others)

    async def stand(self) -> None:
        """Have the run stand where this has come to."""
        stop = self.side.stop
        if stop is not None and stop.place != self.place:
            await self.side.ask(Move(by=self.place - stop.place))
