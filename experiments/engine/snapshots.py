"""Looking into one run from outside of it: who runs now, and the snapshots that it can go back to.

The run is a process, and so is each snapshot: forked from the run, copy on write, waiting in the midst of the
page. All of them are the worker's own children, so that each can be ended without the others. A snapshot that
is woken forks the process that goes on, and waits again.
"""

import contextlib
import os
import select
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec
import psutil

from experiments.engine import caches
from experiments.engine.events import Error, Event
from experiments.engine.family import (
    CACHES,
    WORK,
    Output,
    end_descendants,
    fork,
    how_it_ended,
)
from experiments.engine.line import Line, Said, Wake, pair, received
from experiments.engine.lines import Lines
from experiments.engine.places import Place, outline
from experiments.engine.request import GIVE_UP, Command, Go, Leave, Request, decode_command
from experiments.engine.telling import errors_told, hello
from experiments.engine.visit import Visit

MOST = 10
MOST_MEMORY = 600 * 2**20
"""Bytes that all snapshots together may hold for themselves alone."""


class Snapshot:
    """A process that waits in the midst of the page, at a place, with a copy of what the page had written.

    seconds: how long it takes to come there from the start.
    memory: bytes that it shared with nobody when they were last counted.
    """

    memory = 0

    def __init__(self, kept: Said, line: socket.socket, folder: Path) -> None:
        self.place, self.path, self.seconds = kept.place, tuple(kept.path), kept.seconds
        self.line, self.folder = line, folder
        self.pid = _id(line)

    def count_memory(self) -> None:
        """Count the bytes that it shares with nobody, which takes the system many milliseconds."""
        with contextlib.suppress(psutil.Error):
            self.memory = psutil.Process(self.pid).memory_full_info().uss

    def end(self) -> None:
        self.line.close()
        _end(self.pid)
        shutil.rmtree(self.folder, ignore_errors=True)


class Keeper:
    """Serves one request for looking into a page, in the worker's own process.

    asked: where the app's lines come from. ends: called when the app is gone.
    """

    def __init__(self, request: Request, asked: Lines, out: Output, ends: Callable[[], NoReturn]) -> None:
        self.request = request
        self.asked, self.out, self.ends = asked, out, ends
        self.folder = Path.cwd() / "look"
        self.snapshots: list[Snapshot] = []
        self._line: socket.socket
        self._pid = self._at = 0
        self._outline = outline(next(iter(request.pages.values())))

    def serve(self) -> int:
        """Serve it until the app leaves. Gives the worker's memory, since the runs came and went."""
        try:
            self.folder.mkdir()
            self.out.write(hello(self.request))
            self._start(1, None)
            while self._is_served():
                pass
        finally:
            for snapshot in self.snapshots:
                snapshot.line.close()
            end_descendants()
            shutil.rmtree(self.folder, ignore_errors=True)
        return 0

    def _is_served(self) -> bool:
        """Take what comes next. False once the app leaves, or where the run was lost."""
        if not self.asked.taken_in:
            sources: list[int | socket.socket] = [self.asked.descriptor, self._line]
            select.select(sources, [], [])
        while _is_ready(self._line):
            if not self._hear():
                return False
        return not (self.asked.taken_in or _is_ready(self.asked.descriptor)) or self._hand_on()

    def _hand_on(self) -> bool:
        """Hand a command to the run. False for the one to leave."""
        if (line := self.asked.next()) is None:
            self.ends()
        if line == GIVE_UP:
            return False
        try:
            command: Command = decode_command(line)
        except msgspec.DecodeError as problem:
            self.out.write(Error("BadCommand", str(problem), input=True))
            return True
        if isinstance(command, Leave):
            return False
        if not (isinstance(command, Go) and self._is_ahead(command)):
            self._at = 0
            with contextlib.suppress(OSError):  # that it has gone is heard next
                self._line.send(line)
        return True

    def _is_ahead(self, go: Go) -> bool:
        """Whether a snapshot stands between a run that has stopped and where it is to go; it goes on then."""
        wanted = Place(go.line, go.round or 1)
        between = [
            snapshot
            for snapshot in self.snapshots
            if 0 < self._at < snapshot.place and self._outline.is_before(snapshot.path, wanted)
        ]
        if not between:
            return False
        self._continue(between[-1], Wake(between[-1].place, go.names, go))
        return True

    def _hear(self) -> bool:
        """Take in what the run says. False where it was lost."""
        data, handed = received(self._line)
        if not data:
            code = _end(self._pid)
            message = f"the process of the run ended before it was left ({how_it_ended(code)})"
            self.out.write(Error("WorkerDied", message, variant=next(iter(self.request.pages))))
            return False
        said = msgspec.json.decode(data, type=Said)
        if said.said == "kept":
            line, folder = socket.socket(fileno=handed[0]), self.folder / f"at {said.place}"
            self.snapshots.append(Snapshot(said, line, folder))
            self.snapshots.sort(key=lambda snapshot: snapshot.place)
            self._thin_out(folder)
        elif said.said == "at":
            self._at = said.place
        else:
            self._go_back(said.place, said.names)
        return True

    def _start(self, place: int, names: list[str] | None) -> None:
        """Run the page from its start to that place."""
        for name in (WORK, CACHES):
            (self.folder / name).mkdir(exist_ok=True)
            _empty(self.folder / name)
        self._line, theirs = pair()
        self._pid = fork(lambda: _live(self, theirs, place, names))
        theirs.close()

    def _go_back(self, place: int, names: list[str] | None) -> None:
        before = [snapshot for snapshot in self.snapshots if snapshot.place <= place]
        if before:
            self._continue(before[-1], Wake(place, names))
        else:
            self._end_run()
            self._start(place, names)

    def _continue(self, snapshot: Snapshot, wake: Wake) -> None:
        """Have a snapshot go on in the run's stead."""
        self._end_run()
        for name in (WORK, CACHES):
            _restore(snapshot.folder / name, self.folder / name)
        self._line, theirs = pair()
        with contextlib.suppress(OSError):  # who was killed does not answer, and is heard of as lost
            socket.send_fds(snapshot.line, [msgspec.json.encode(wake)], [theirs.fileno()])
        theirs.close()
        self._pid = _id(self._line)

    def _end_run(self) -> None:
        self._at = 0
        self._line.close()
        _end(self._pid)

    def _thin_out(self, newest: Path) -> None:
        """End snapshots that are too many, first those that stand closest to the one before.

        What a snapshot holds alone is known once the run has gone on from it, or one beside it has ended.
        """
        at = next(at for at, snapshot in enumerate(self.snapshots) if snapshot.folder == newest)
        self._count_before(at)
        while len(self.snapshots) > MOST or sum(one.memory for one in self.snapshots) > MOST_MEMORY:
            seconds = [0.0, *(snapshot.seconds for snapshot in self.snapshots)]
            gaps = [seconds[at + 2] - seconds[at] for at in range(len(self.snapshots) - 1)]
            if not gaps:
                break
            at = gaps.index(min(gaps))
            self.snapshots.pop(at).end()
            self._count_before(at)

    def _count_before(self, at: int) -> None:
        if at:
            self.snapshots[at - 1].count_memory()


def _live(keeper: Keeper, line: socket.socket, place: int, names: list[str] | None) -> None:
    """In the process of a run from its start."""
    os.close(keeper.asked.descriptor)
    for snapshot in keeper.snapshots:
        snapshot.line.close()
    os.chdir(keeper.folder / WORK)
    variant = next(iter(keeper.request.pages))

    def emit(event: Event) -> None:
        keeper.out.write(event)

    with errors_told(lambda event: emit(msgspec.structs.replace(event, variant=variant))):
        caches.renew(keeper.folder / CACHES, local_data=keeper.request.local_data)
        visit = Visit(keeper.request, Line(line, keeper.folder, os.getppid()), emit, place)
        visit.aim(place, names, "start")
        visit.live()


def _empty(folder: Path) -> None:
    """What is in it goes; the folder itself stays, since snapshots stand in it."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _restore(copy: Path, folder: Path) -> None:
    """What was written since the copy was made goes."""
    _empty(folder)
    shutil.copytree(copy, folder, symlinks=True, dirs_exist_ok=True)


def _is_ready(source: int | socket.socket) -> bool:
    return bool(select.select([source], [], [], 0)[0])


def _id(line: socket.socket) -> int:
    """The id of the process on the other side, which says it first; 0 where it never came up."""
    data, _ = received(line)
    return int(data or b"0")


def _end(pid: int) -> int:
    """End a child. Gives its exit code."""
    if not pid:
        return 0  # it never came up
    try:
        os.kill(pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except (ProcessLookupError, ChildProcessError):
        return 0
