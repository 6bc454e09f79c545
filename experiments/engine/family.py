"""The processes of one request: what its pages have in common is run once and forked where they part.

The worker stands outside. It grants lanes, hands on turns and tells who was lost. Each stretch of the tree
is a process that waits at its gate, runs its statements, then forks its children or tells its end. What a
lone run would have told is told, for each variant that a stretch stands for.
"""

import ctypes
import fcntl
import os
import select
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, NoReturn

import msgspec
import psutil

from experiments.engine import caches
from experiments.engine.events import Error, Event, Over, Turn, encode
from experiments.engine.lines import Lines
from experiments.engine.priority import Priority
from experiments.engine.request import CAN_FORK as CAN_FORK
from experiments.engine.request import Request
from experiments.engine.telling import device, errors_told, hello, tell_observed
from experiments.engine.tree import Node, apart, tree

if TYPE_CHECKING:
    from experiments.engine.runner import Runner

CANNOT_FORK = "CannotFork"
"""The type of the error that asks for the variants to be run apart: threads would be missing in a fork."""

ENDING_SECONDS = 1.0
PLAIN, LOWERED = b"!", b"-"
"""What is written into a gate to open it: at which priority to go on."""
WORK, CACHES = "work", "caches"
_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36


class Output:
    """Where the events go: a whole line at a time, from one process at a time."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = os.memfd_create("viva-output") if CAN_FORK else None

    def write(self, event: Event) -> None:
        """Write an event on a line of its own, whatever a process that was killed has left before it."""
        data = b"\n" + encode(event)
        if self._lock is not None:
            fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        finally:
            if self._lock is not None:
                fcntl.lockf(self._lock, fcntl.LOCK_UN)


class News(msgspec.Struct):
    """What a process tells the worker: it is `ready` to run on, has `parted`, is `over`, a child `ended`."""

    node: int
    said: str
    code: int = 0


class Pipe:
    """Both ends of a pipe, open in every process of the family."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


class Family:
    """One request as the worker serves it.

    asked: where the app's lines come from. ends: called when the app is gone.
    """

    def __init__(self, request: Request, asked: Lines, out: Output, ends: Callable[[], NoReturn]) -> None:
        self.request = request
        self.held = request.held
        self.priority = Priority()
        self.asked, self.out, self.ends = asked, out, ends
        root = tree(request.pages) if request.together and device() == "cpu" else apart(request.pages)
        self.nodes: list[Node] = list(root.walk())
        self.numbers = {node: number for number, node in enumerate(self.nodes)}
        self.folder = Path.cwd() / "run"
        self.gates = [Pipe() for _ in self.nodes]
        self.news = Pipe()
        self.waiting: list[tuple[int, int]] = []
        self.running: set[int] = set()
        self.ran_ahead: set[int] = set()
        self.over: set[str] = set()

    def serve(self) -> int:
        """Serve it to its end. Gives the most memory that one process held, in the system's unit.

        Raises OSError where nothing can be written in the worker's folder.
        """
        try:
            self.folder.mkdir()
            first = fork(Member(self, 0).live)
            ended = os.pidfd_open(first)
            self._follow(first, ended)
            os.close(ended)
            _, status, usage = os.wait4(first, 0)
            self._hear()
            self._lost(0, os.waitstatus_to_exitcode(status))
            if self.held and self.asked.next() is None:  # whether it was wanted is said of all that is held
                self.ends()
        finally:
            end_descendants()
            shutil.rmtree(self.folder, ignore_errors=True)
            for pipe in (*self.gates, self.news):
                pipe.close()
        return usage.ru_maxrss

    def _follow(self, first: int, ended: int) -> None:
        """Hear the family, and hand on what the app says, until the first of its processes ends."""
        ready: list[int] = []
        while ended not in ready:
            if self.asked.taken_in or self.asked.descriptor in ready:
                self._hand_on(first)
            if self.news.reading in ready:
                self._hear()
            wait = 0 if self.asked.taken_in else None
            ready = select.select([self.asked.descriptor, self.news.reading, ended], [], [], wait)[0]

    def _hand_on(self, first: int) -> None:
        """A line names the variant whose turn it is, or says whether what is held is to go on."""
        if (line := self.asked.next()) is None:
            self.ends()
        match msgspec.json.decode(line, type=str | bool):
            case True:
                self.held = False
                self._hear()
                for process in psutil.Process().children(recursive=True):
                    self.priority.restore(process.pid)
            case False:
                self.held = False
                os.kill(first, signal.SIGKILL)
            case variant:
                leaf = next(n for n, node in enumerate(self.nodes) if node.variants == (variant,))
                self._open(leaf)

    def _hear(self) -> None:
        """Take in the news that are there."""
        while select.select([self.news.reading], [], [], 0)[0]:
            for line in os.read(self.news.reading, 65536).splitlines():
                news = msgspec.json.decode(line, type=News)
                match news.said:
                    case "ready":
                        self.running.discard(news.node)
                        rank = list(self.request.pages).index(self.nodes[news.node].first)
                        self.waiting.append((rank, news.node))
                    case "parted":
                        self.running.discard(news.node)
                    case "over":
                        self.over.update(self.nodes[news.node].variants)
                    case "ended":
                        self._lost(news.node, news.code)
        lanes = 1 if self.held else self.request.lanes
        while len(self.running) < lanes and (number := self._next()) is not None:
            self.running.add(number)
            self._open(number)

    def _next(self) -> int | None:
        """The first that waits for a lane, taken out; while all is held, the next of the baseline's."""
        for rank, number in sorted(self.waiting):
            if not self.held or (rank == 0 and number not in self.ran_ahead):
                self.waiting.remove((rank, number))
                return number
        return None

    def _open(self, number: int) -> None:
        if self.held:
            self.ran_ahead.add(number)
        os.write(self.gates[number].writing, LOWERED if self.held else PLAIN)

    def _lost(self, number: int, code: int) -> None:
        """A process has ended: of what it stood for, all that is not over is lost."""
        gone = {self.numbers[node] for node in self.nodes[number].walk()}
        self.running -= gone
        self.waiting = [entry for entry in self.waiting if entry[1] not in gone]
        for variant in [variant for variant in self.nodes[number].variants if variant not in self.over]:
            self.over.add(variant)
            message = f"the process of {variant!r} ended before its page did ({how_it_ended(code)})"
            self.out.write(Error("WorkerDied", message, variant=variant))
            self.out.write(Over(variant))


class Member:
    """One stretch of the tree, as the process that runs it sees it."""

    def __init__(self, family: Family, number: int) -> None:
        self.family, self.number = family, number
        self.node = family.nodes[number]
        self.folder = family.folder / str(number)

    def live(self, parent: "Member | None" = None, runner: "Runner | None" = None) -> None:
        """Wait for a lane, run the stretch, then part or tell the end. `runner`: as far as `parent` came."""
        self._say("ready")
        self._wait()
        with errors_told(self.emit):
            request = self.family.request
            page = request.pages[self.node.first]
            if parent is None or runner is None:
                runner = self._begun(page)
            else:
                self._move(parent)
                runner.take(page, self.emit, self._turn)
            finished = runner.run(self.node.until)
            if not (finished and self.node.children):
                tell_observed(request, runner, finished, self.emit)
            elif self.node.until and (threads := threads_left()) > 1:
                self.emit(Error(CANNOT_FORK, f"{threads} threads run where the pages part"))
            else:
                self._part(runner)
                return
        self.emit(Over(""))
        self._say("over")

    def emit(self, event: Event) -> None:
        """Tell an event of each variant that the stretch stands for."""
        for variant in self.node.variants:
            self.family.out.write(msgspec.structs.replace(event, variant=variant))

    def _begun(self, page: str) -> "Runner":
        from experiments.engine.runner import Runner

        self.family.out.write(hello(self.family.request))
        os.close(self.family.asked.descriptor)
        (self.folder / WORK).mkdir(parents=True)
        os.chdir(self.folder / WORK)
        caches.renew(self.folder / CACHES, local_data=self.family.request.local_data)
        return Runner(page, self.family.request.settings["data"], self.emit, self._turn)

    def _move(self, parent: "Member") -> None:
        """To a folder of its own, which has what its parent has written and cached.

        PyTorch makes its thread pool anew at its first use after a fork, which fails where a loader's threads
        come to it at the same time; so it is used here first.
        """
        import torch

        torch.set_num_threads(torch.get_num_threads())
        shutil.copytree(parent.folder, self.folder, symlinks=True)
        caches.move(self.folder / CACHES)
        if Path.cwd() == parent.folder / WORK:
            os.chdir(self.folder / WORK)

    def _part(self, runner: "Runner") -> None:
        """Fork a process for each child, and stay until all have ended."""
        self._say("parted")
        living: dict[int, tuple[int, int]] = {}
        for child in self.node.children:
            number = self.family.numbers[child]
            process = fork(lambda number=number: Member(self.family, number).live(self, runner))  # type: ignore[misc]
            living[os.pidfd_open(process)] = process, number
        while living:
            for ended in select.select(list(living), [], [])[0]:
                process, number = living.pop(ended)
                os.close(ended)
                self._say("ended", number, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))

    def _turn(self) -> None:
        if self.family.held:
            self._say("ready")
            self._wait()
        if self.family.request.interleaved:
            self.emit(Turn(""))
            self._wait()

    def _say(self, said: str, number: int | None = None, code: int = 0) -> None:
        news = News(self.number if number is None else number, said, code)
        os.write(self.family.news.writing, msgspec.json.encode(news) + b"\n")

    def _wait(self) -> None:
        opened = os.read(self.family.gates[self.number].reading, 1)
        if self.family.held:
            self.family.held = opened == LOWERED
            self.family.priority.lower() if self.family.held else self.family.priority.restore()


def adopt_descendants() -> None:
    """What loses its parent becomes this process's child, so that `end_descendants` finds it."""
    if CAN_FORK:
        ctypes.CDLL(None).prctl(_SET_SUBREAPER, 1, 0, 0, 0)


def threads_left() -> int:
    """How many threads this process has, once those of a loader that are just ending have ended."""
    deadline = monotonic() + ENDING_SECONDS
    while (threads := len(psutil.Process().threads())) > 1 and monotonic() < deadline:
        sleep(0.005)
    return threads


def end_descendants() -> None:
    """Kill all that was started below this process, in whatever group or session it is."""
    for _ in range(3):  # what is being forked meanwhile is found the next time
        living = psutil.Process().children(recursive=True)
        for process in living:
            process.kill()
        psutil.wait_procs(living, timeout=1)


def end_with_parent() -> None:
    """Be killed when the parent ends, however it does."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def fork(live: Callable[[], None]) -> int:
    """Fork a process that lives so, and ends with its parent however that ends. Gives its id."""
    parent = os.getpid()
    if child := os.fork():
        return child
    code = 1
    try:
        end_with_parent()
        if os.getppid() == parent:
            live()
            code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        sys.stderr.flush()
        os._exit(code)  # neither exit handlers nor the libraries' threads have anything left to save


def how_it_ended(code: int) -> str:
    """An exit code in a few words."""
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"exit status {code}"
