"""A run that stops where it is asked to, tells what it holds there, and keeps snapshots of itself."""

import math
import os
from collections.abc import Callable
from queue import SimpleQueue
from time import process_time
from typing import NoReturn, Protocol

import msgspec

from experiments.engine.digest import Digests, state
from experiments.engine.events import Behind, Bye, Eval, Event, Looked, Raised, Recorded, Step
from experiments.engine.look import look
from experiments.engine.names import names_on
from experiments.engine.places import Path, Place, Rounds, outline, place_of
from experiments.engine.request import Command, Finish, Go, Leave, Move, Record, Request, decode_command
from experiments.engine.runner import Runner

APART = 0.25
"""Seconds of the processor after which a snapshot is kept: what it takes to any place from the one before."""


class Channel(Protocol):
    """Where a visit gets its commands from."""

    def stop(self, place: int) -> None:
        """The run is about to answer from this place, and then to wait."""

    def wait(self) -> Command:
        """The next command."""

    def has_more(self) -> bool:
        """Whether a command is waiting."""

    def go_back(self, place: int, names: list[str] | None) -> NoReturn:
        """Have the run go on from an earlier place in another process, and end this one."""

    def keep(self, visit: "Visit") -> None:
        """Keep a snapshot of the run as it is now. Returns in each process that goes on from here."""


class Alone:
    """The channel of a run in a process that cannot be forked: what lies behind has to be run anew."""

    def __init__(self, variant: str, commands: "SimpleQueue[bytes]", emit: Callable[[Event], None]) -> None:
        self.variant, self.commands, self.emit = variant, commands, emit

    def stop(self, place: int) -> None:
        """Nobody has to know."""

    def wait(self) -> Command:
        command: Command = decode_command(self.commands.get())
        if isinstance(command, Leave):
            self.emit(Bye(0.0, 0))
            os._exit(0)
        return command

    def has_more(self) -> bool:
        return not self.commands.empty()

    def go_back(self, place: int, names: list[str] | None) -> NoReturn:
        self.emit(Behind(self.variant, place))
        os._exit(0)

    def keep(self, visit: "Visit") -> None:
        """Nothing is kept."""


class Visit:
    """One run of one page.

    goes_to: the place to run to before the first answer.
    ran: seconds that the page itself has taken of the processor, up to here.
    """

    def __init__(
        self, request: Request, channel: Channel, emit: Callable[[Event], None], goes_to: int
    ) -> None:
        self.variant, self.page = next(iter(request.pages.items()))
        self.channel = channel
        self.place = 0
        self.path: Path = ()
        self._emit = emit
        self._places: list[Path] = []
        self._first: dict[Place, int] = {}
        self._outline = outline(self.page)
        self._heads = {loop.line for loop in self._outline.loops}
        self._rounds = Rounds(self._outline)
        self._recorded: Digests = {}
        self.ran = 0.0
        self._ran_when_kept = 0.0
        self._since = process_time()
        self._wanted: Place | None = None
        self.aim(goes_to, None, "start")
        self._runner = Runner(self.page, request.settings["data"], self._tell, _no_turn, self._come)

    def live(self) -> NoReturn:
        """Run the page, and answer; past its end, too."""
        self._runner.run()
        self._arrive(())
        if self._is_recording:
            self._record()
        while True:
            self._answer()
            self._obey()

    def aim(self, place: float, names: list[str] | None, came: str) -> None:
        """Run to that place and look at those names."""
        self._aim, self._names, self._came, self._wanted = place, names, came, None
        self._is_recording = self._is_opened = False

    def forked(self) -> None:
        """This process was forked from the one that has run so far."""
        self._runner.take(self.page, self._tell, _no_turn)
        self._since = process_time()

    def _tell(self, event: Event) -> None:
        """Times are not told of a run that was stopped on its way."""
        if isinstance(event, Step | Eval | Raised):
            self._emit(msgspec.structs.replace(event, variant=self.variant))

    def _come(self, line: int, fetching: bool) -> None:
        """The page is about to run a line. Returns when it may."""
        if not fetching:
            self._rounds.come(line)
            if line in self._heads:
                return
        self._arrive(self._rounds.path(line, fetching=fetching))
        self._count_time()
        if self.ran - self._ran_when_kept > APART:
            self._ran_when_kept = self.ran
            self.channel.keep(self)
            self._since = process_time()
        if self._is_recording:
            self._record()
        while self._is_there():
            self._answer()
            self._obey()

    def _count_time(self) -> None:
        now = process_time()
        self.ran, self._since = self.ran + now - self._since, now

    def _arrive(self, path: Path) -> None:
        self.place += 1
        self.path = path
        self._places.append(path)
        if path:
            self._first.setdefault(place_of(path), self.place)
            self._first.setdefault(Place(path[-1], -1), self.place)

    def _is_there(self) -> bool:
        """Whether to stop here: it is the place, or the place was left out, or somebody asks."""
        if self._wanted is not None and (self._wanted in self._first or self._has_passed(self._wanted)):
            return True
        return self.place >= self._aim or self.channel.has_more()

    def _has_passed(self, wanted: Place) -> bool:
        """Whether a later round of the line's loop has begun."""
        loop = self._outline.loop_of(wanted.line)
        rounds = dict(zip(self.path[:-1:2], self.path[1::2], strict=True))
        return loop is not None and wanted.round > 0 and rounds.get(loop.line, 0) > wanted.round

    def _answer(self) -> None:
        self._is_recording = False
        names = self._names
        if names is None:
            names = names_on(self.page, self.path[-1]) if self.path else []
        values = look(names, self._runner.variables, opened=self._is_opened)
        path, came = list(self.path), self._came
        self.channel.stop(self.place)
        self._emit(Looked(self.variant, self.place, path, values, self._has_reached(), came))

    def _has_reached(self) -> bool:
        if self._wanted is not None:
            return self._wanted in self._first
        return self.place == self._aim or (self._aim == math.inf and not self.path)

    def _obey(self) -> None:
        """Take the next command, which may say to run on from here."""
        self._count_time()
        command = self.channel.wait()
        self._since = process_time()
        self.take(command, "on")

    def take(self, command: Command, came: str) -> None:
        """Aim at what a command asks for."""
        self.aim(self.place, command.names, came)
        match command:
            case Go(line=line, round=round):
                self._go(Place(line, -1 if round is None else round), command.names)
            case Move(by=by) if by < 0:
                self._go_to(max(1, self.place + by), command.names)
            case Move(by=by, opened=opened):
                self._aim, self._is_opened = self.place + by, opened
            case Record(places=places):
                self._aim, self._is_recording = self.place + places, True
                self._recorded = {}
                self._record()
            case Finish():
                self._aim = math.inf

    def _go(self, wanted: Place, names: list[str] | None) -> None:
        if wanted in self._first:
            self._go_to(self._first[wanted], names)
        elif self._has_passed(wanted) or not self.path:
            self._wanted = wanted
        else:
            self._aim, self._wanted = math.inf, wanted

    def _go_to(self, place: int, names: list[str] | None) -> None:
        if place < self.place:
            self.channel.go_back(place, names)

    def _record(self) -> None:
        found = state(self._runner.variables)
        changed: dict[str, str | None] = {
            name: digest for name, digest in found.items() if self._recorded.get(name) != digest
        }
        changed |= dict.fromkeys(self._recorded.keys() - found.keys())
        self._recorded = found
        self._emit(Recorded(self.variant, self.place, list(self.path), changed))


def _no_turn() -> None:
    """Who looks into a run takes no turns."""
