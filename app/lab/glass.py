"""Looking into a plan: two of its runs, each stopped where it is asked to, side by side."""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import msgspec

from app.lab import hub
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.lab.worker import Worker
from experiments.engine import sources
from experiments.engine.events import Behind, Bye, Error, Event, Hello, Looked, Raised, Recorded, Step, Value
from experiments.engine.places import Outline, Pairing, Path, Place, outline, place_of
from experiments.engine.request import Command, Finish, Go, Leave, Move, Request

GRACE = 5.0
"""Seconds that a run has to end when it is left."""
LAST: Path = (2**62,)
"""The end of a page, after every place of it."""


class LookFailed(Exception):
    """A run that was looked into failed, or its worker ended; the message says how."""


class Side:
    """One variant's run. `stop`: where it stands, None before the first; the run is ended by `close`."""

    def __init__(self, plan: Plan, variant: str, pool: Pool) -> None:
        self.variant = variant
        self.page = plan.pages[variant]
        self.outline: Outline = outline(self.page)
        self.stop: Looked | None = None
        self.hello: Hello | None = None
        self.steps: dict[int, Step] = {}
        self.raised: Raised | None = None
        self.recorded: list[Recorded] = []
        self.came = "on"
        """How the run came to where it stands, as `Looked` tells it."""
        self.repeated = False
        """Whether going back has meant to run the page from its start."""
        self._plan, self._pool = plan, pool
        self._offline = sources.is_local(plan.settings)
        self._worker: Worker | None = None
        self._events: AsyncGenerator[Event, None]
        self._awaited = 0

    async def begin(self) -> Looked:
        """Start the run; it stops before its first line. Raises LookFailed."""
        self._offline = self._offline or bool(await hub.why_not())
        self._worker = await self._pool.take(offline=self._offline)
        self._events = cast(AsyncGenerator[Event, None], self._worker.events(self._request()))
        self._awaited = 1
        return await self._answered(None)

    async def ask(self, command: Command) -> Looked:
        """Send a command, and wait for its answer. Raises LookFailed."""
        assert self._worker is not None
        self._awaited += 1
        self.recorded = []
        await self._worker.send(msgspec.json.encode(command))
        return await self._answered(command.names)

    async def interrupt(self) -> None:
        """Have a run that is on its way stop where it is; who asked it gets that place as the answer."""
        if self._worker is not None and self._awaited:
            self._awaited += 1
            await self._worker.send(msgspec.json.encode(Move(by=0)))

    async def close(self) -> None:
        """End the run. Its worker is kept where it has nothing to do."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if not self._awaited and worker.is_alive:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await worker.send(msgspec.json.encode(Leave()))
                    async for _ in self._events:
                        pass
        await self._pool.give_back(worker, offline=self._offline)

    async def _answered(self, names: list[str] | None) -> Looked:
        while self._awaited:
            event = await anext(self._events, None)
            match event:
                case Looked():
                    self._awaited -= 1
                    if self.stop is not None and self.stop.place != event.place:
                        self.came = event.came
                    self.stop = event
                    if event.path:
                        self.raised = None
                    self.repeated = self.repeated or (event.came == "start" and event.place > 1)
                case Hello():
                    self.hello = event
                case Step():
                    self.steps[event.step] = event
                case Raised():
                    self.raised = event
                case Recorded():
                    self.recorded.append(event)
                case Behind():
                    await self._repeat(event.place, names)
                case Error():
                    raise LookFailed(f"{event.type}: {event.message}" if not event.input else event.message)
                case None | Bye():
                    raise LookFailed(f"the worker of {self.variant!r} ended while it was looked into")
        assert self.stop is not None
        return self.stop

    async def _repeat(self, place: int, names: list[str] | None) -> None:
        """Run the page again from its start up to a place, in another worker."""
        assert self._worker is not None
        await self._pool.give_back(self._worker, offline=self._offline)
        await self.begin()
        await self.ask(Move(by=place - 1, names=names))
        self.repeated, self.came = True, "start"

    def _request(self) -> bytes:
        plan = self._plan
        request = Request(
            pages={self.variant: self.page},
            settings=msgspec.to_builtins(plan.settings),
            experiment=plan.name,
            threads=plan.threads,
            local_data=sources.is_here(plan.settings.data),
            looking=True,
        )
        return msgspec.json.encode(request)


@dataclass(frozen=True)
class Row:
    """One name, and what each side holds under it; `same` is None where that cannot be told."""

    name: str
    values: tuple[Value | None, ...]
    same: bool | None = None


@dataclass
class Glass:
    """Two runs of a plan, in step: the baseline's and another's; one alone where the pages are the same one.

    A row is a line of their merged text, as the Lab shows it.
    """

    plan: Plan
    pool: Pool
    variant: str
    sides: list[Side] = field(init=False)

    def __post_init__(self) -> None:
        names = dict.fromkeys((self.plan.baseline, self.variant))
        self.sides = [Side(self.plan, name, self.pool) for name in names]
        self.pairing = Pairing(self.sides[0].page, self.sides[-1].page)

    async def begin(self) -> None:
        """Start the runs. Raises NeedsConsent before anything runs of a plan with untrusted edits."""
        self.plan.check_consent()
        await self._each(lambda side: side.begin())

    async def close(self) -> None:
        await asyncio.gather(*(side.close() for side in self.sides), return_exceptions=True)

    async def interrupt(self) -> None:
        await asyncio.gather(*(side.interrupt() for side in self.sides))

    def key(self, number: int, path: Sequence[int] | None = None) -> Path:
        """Where a side stands, in rows: places of both sides are ordered by it."""
        if path is None:
            stop = self.sides[number].stop
            path = stop.path if stop else (0,)
        return self.pairing.key(min(number, 1), path) if path else LAST

    @property
    def keys(self) -> list[Path]:
        return [self.key(number) for number in range(len(self.sides))]

    @property
    def lead(self) -> int:
        """The side that is behind, or the first: its place is the one that is shown."""
        return self.keys.index(min(self.keys))

    @property
    def place(self) -> Place | None:
        """Line and round where the lead stands; None at the end."""
        stop = self.sides[self.lead].stop
        return place_of(tuple(stop.path)) if stop and stop.path else None

    @property
    def row(self) -> int | None:
        """The row where the lead stands."""
        place = self.place
        return None if place is None else self.pairing.row(self.lead, place.line)

    def line(self, number: int, row: int) -> int | None:
        """A side's line in a row, or its next one that can be stopped at."""
        outline = self.sides[number].outline
        here = self.pairing.line(number, row)
        if here is not None and here not in outline.around:
            before = [line for line in outline.around if line < here]
            text = self.sides[number].page.splitlines()[here - 1].strip()
            if text and not text.startswith("#") and before:
                return max(before)  # a further line of a statement
        rows = {self.pairing.row(number, line): line for line in outline.around}
        after = [at for at in rows if at is not None and at >= row]
        return rows[min(after)] if after else None

    async def step(self, by: int = 1) -> None:
        """One line on, or back: the side that is behind goes on, the one that is ahead goes back."""
        keys = self.keys
        moving = min(keys) if by > 0 else max(keys)
        await self._each(
            lambda side: side.ask(Move(by=by)),
            [number for number, key in enumerate(keys) if key == moving],
        )

    async def go(self, row: int, round: int | None = None) -> None:
        """To a row in a round, just before it is run; a side that lacks the row stops at the next it has."""

        async def go(number: int) -> None:
            side = self.sides[number]
            line = self.line(number, row)
            if line is None:
                await side.ask(Finish())
            else:
                await side.ask(Go(line=line, round=round if side.outline.around[line] else None))

        await asyncio.gather(*(go(number) for number in range(len(self.sides))))

    async def go_near(self, row: int) -> None:
        """To a row in this round, before or behind; into another loop to its first round."""
        place, line = self.place, self.line(self.lead, row)
        loop_of = self.sides[self.lead].outline.loop_of
        is_near = place is not None and line is not None and loop_of(place.line) == loop_of(line)
        await self.go(row, place.round if place is not None and is_near and place.round else None)

    async def go_round(self, by: int) -> None:
        """To the same line in a later or earlier round; from outside of all loops to the first round."""
        place, row = self.place, self.row
        if place is not None and row is not None and place.round:
            if place.round + by >= 1:
                await self.go(row, place.round + by)
            return
        loops = self.sides[self.lead].outline.loops
        heads = [loop.line for loop in loops if place is None or (loop.line > place.line) == (by > 0)]
        if by > 0 and place is not None and heads:
            await self.go(self.pairing.row(self.lead, heads[0]) or 0, 1)
        elif by < 0:
            await self.step(-1)
        else:
            await self.finish()

    async def finish(self) -> None:
        """On to the end of both pages; interrupted, the one behind comes to where the other stands."""
        await self._each(lambda side: side.ask(Finish()))
        first, last = min(self.keys), max(self.keys)
        if first != last and last != LAST:
            stop = self.sides[self.keys.index(last)].stop
            place = place_of(tuple(stop.path)) if stop else Place(0, 0)
            await self.go(last[-1], place.round or None)

    async def look(
        self, names: list[str] | None = None, row: int | None = None, *, opened: bool = False
    ) -> list[Row]:
        """What the names hold now, or those on a row, or those where each stands.

        opened: with what is inside of them.
        """

        async def look(number: int) -> Looked:
            side, wanted = self.sides[number], names
            if wanted is None and row is not None:
                wanted = self.names(row)
            return await side.ask(Move(by=0, names=wanted, opened=opened))

        return rows(await asyncio.gather(*(look(number) for number in range(len(self.sides)))))

    def names(self, row: int) -> list[str]:
        """What stands on a row by name, on either page."""
        from experiments.engine.names import names_on

        found: dict[str, None] = {}
        for number, side in enumerate(self.sides):
            line = self.pairing.line(number, row)
            found |= dict.fromkeys(names_on(side.page, line) if line else [])
        return list(found)

    async def _each(
        self, do: Callable[[Side], Awaitable[Looked]], numbers: Sequence[int] | None = None
    ) -> list[Looked]:
        sides = self.sides if numbers is None else [self.sides[number] for number in numbers]
        return list(await asyncio.gather(*(do(side) for side in sides)))


def rows(stops: Sequence[Looked]) -> list[Row]:
    """What each side holds, name by name."""
    held = [{value.name: value for value in stop.values} for stop in stops]
    names = dict.fromkeys(name for values in held for name in values)
    return [_row(name, tuple(values.get(name) for values in held)) for name in names]


def _row(name: str, values: tuple[Value | None, ...]) -> Row:
    digests = [value.digest for value in values if value is not None]
    if len(values) < 2 or len(digests) < 2 or None in digests:
        return Row(name, values)
    return Row(name, values, same=len(set(digests)) == 1)


def difference(row: Row) -> str:
    """The difference in a few characters: `=`, how many times as much, or that it differs."""
    if row.same is None:
        return ""
    if row.same:
        return "="
    numbers = [_number(value) for value in row.values]
    if len(numbers) == 2 and all(number is not None for number in numbers):
        first, second = cast(list[float], numbers)
        if first and second and first != second and math.copysign(1, first) == math.copysign(1, second):
            ratio = second / first
            if not 0.995 < ratio < 1.005:
                return f"{'▲' if ratio > 1 else '▼'} {ratio:.3g}×"
    return "≠"


def _number(value: Value | None) -> float | None:
    """What stands for a value where two are compared: its number, a norm, a learning rate."""
    if value is None:
        return None
    data = value.data
    for key in ("value", "norm", "lr", "last_lr"):
        found = data.get(key)
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found)
    return None
