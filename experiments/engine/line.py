"""The run's own end of a look into it: it takes commands, and forks snapshots of itself."""

import contextlib
import os
import select
import shutil
import socket
from pathlib import Path
from time import sleep
from typing import NoReturn

import msgspec
import psutil

from experiments.engine.family import CACHES, WORK, end_with_parent
from experiments.engine.request import Command, Go, decode_command
from experiments.engine.visit import Visit

LARGEST_FOLDER = 2**26
"""Bytes that a page may have written where snapshots are still kept: each has a copy of them."""
LONGEST = 2**17


class Said(msgspec.Struct):
    """What a process tells the keeper: it stands `at` a place, `kept` a snapshot, or has to go `back`."""

    said: str
    place: int
    names: list[str] | None = None
    seconds: float = 0.0
    path: list[int] = []


class Wake(msgspec.Struct):
    """What the keeper tells a snapshot: fork a process that runs to that place, or obeys that command."""

    place: int
    names: list[str] | None = None
    go: Go | None = None


class Line:
    """The run's own end: it takes commands, and keeps snapshots of itself."""

    def __init__(self, line: socket.socket, folder: Path, keeper: int) -> None:
        self.line, self.folder, self.keeper = line, folder, keeper

    def stop(self, place: int) -> None:
        self.line.send(msgspec.json.encode(Said("at", place)))

    def wait(self) -> Command:
        command: Command = decode_command(self._received())
        return command

    def has_more(self) -> bool:
        return bool(select.select([self.line], [], [], 0)[0])

    def go_back(self, place: int, names: list[str] | None) -> NoReturn:
        self.line.send(msgspec.json.encode(Said("back", place, names)))
        self._received()
        os._exit(0)

    def keep(self, visit: Visit) -> None:
        with contextlib.suppress(OSError):  # no room for a copy or for a process: the run goes on without it
            self._keep(visit)

    def _keep(self, visit: Visit) -> None:
        if psutil.Process().num_threads() > 1 or _size(self.folder) > LARGEST_FOLDER:
            return  # a thread would be missing in the fork
        copy = self.folder / f"at {visit.place}"
        if copy.exists():
            return  # there is one already
        for name in (WORK, CACHES):
            shutil.copytree(self.folder / name, copy / name, symlinks=True)
        ours, theirs = pair()
        if self._is_beside():
            ours.close()
            self._become(theirs)
            try:
                self._sleep(visit)
            except OSError:
                os._exit(0)
            return
        said = Said("kept", visit.place, seconds=visit.ran, path=list(visit.path))
        socket.send_fds(self.line, [msgspec.json.encode(said)], [ours.fileno()])
        ours.close()
        theirs.close()

    def _sleep(self, visit: Visit) -> None:
        """Be a snapshot. Returns in each process that was woken from it."""
        self.line.send(str(os.getpid()).encode())
        while True:
            data, handed = received(self.line)
            if not data:
                os._exit(0)
            wake = msgspec.json.decode(data, type=Wake)
            line = socket.socket(fileno=handed[0])
            if self._is_beside():
                self._become(line)
                self.line.send(str(os.getpid()).encode())
                visit.forked()
                visit.aim(wake.place, wake.names, "snapshot")
                if wake.go is not None:
                    visit.take(wake.go, "snapshot")
                return
            line.close()

    def _become(self, line: socket.socket) -> None:
        """Another process than before, with a line of its own."""
        self.line.close()
        self.line = line

    def _is_beside(self) -> bool:
        """Fork a process that is the worker's own child and ends with it. True in that one."""
        if child := os.fork():
            os.waitpid(child, 0)
            return False
        between = os.getpid()
        if os.fork():
            os._exit(0)
        while os.getppid() == between:
            sleep(0.0005)
        end_with_parent()
        if os.getppid() != self.keeper:
            os._exit(0)
        return True

    def _received(self) -> bytes:
        data, _ = received(self.line)
        if not data:
            os._exit(0)
        return data


def received(line: socket.socket) -> tuple[bytes, list[int]]:
    """The next message and the descriptors handed with it; nothing where the other side has gone."""
    try:
        data, handed, _, _ = socket.recv_fds(line, LONGEST, 1)
    except OSError:
        return b"", []
    return data, handed


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a line whose messages arrive whole."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _size(folder: Path) -> int:
    """Bytes that the page has written and cached."""
    files = (path for name in (WORK, CACHES) for path in (folder / name).rglob("*"))
    return sum(path.lstat().st_size for path in files)
