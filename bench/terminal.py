"""Applications in a terminal of their own, as a person sees them: first paint, key presses, memory."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

import psutil

from bench.figures import Figure, of_times
from bench.turns import GO, ROOT, Contender

ROUNDS = 5
COLUMNS, ROWS = 120, 40
QUIET = 0.25
"""Seconds without a byte after which a screen has settled."""
FIVE_LINES = """
from textual.app import App
from textual.widgets import Static
class Five(App):
    compose = lambda self: [Static("Hello, useful world")]
Five().run()
"""
KEYS = (b"\x1b[B", b"\x1b[A")
PRESSES = 100
FOREVER = 1000


class Terminal:
    """An application in a pseudo-terminal; ended with it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.began = time.perf_counter()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            own = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
            os.execvpe(command[0], command, {**environment, **own})
        self.seen = b""

    def until(self, text: bytes, most: float = 60.0) -> float:
        """Seconds from its start until the text was painted. Raises TimeoutError."""
        while text not in self.seen:
            if not self._read(most):
                raise TimeoutError(f"{text!r} was not painted; what was: {self.seen[-300:]!r}")
        return time.perf_counter() - self.began

    def settle(self) -> None:
        """Wait until nothing is painted any more."""
        while self._read(QUIET):
            pass

    def press(self, key: bytes) -> float:
        """Seconds from a key until the screen changes."""
        began = time.perf_counter()
        os.write(self._descriptor, key)
        if not self._read(10.0):
            raise TimeoutError(f"nothing changed after {key!r}")
        took = time.perf_counter() - began
        while self._read(0.03):
            pass
        return took

    def press_and_settle(self, key: bytes) -> float:
        """Seconds from a key until the last of what it changes on the screen."""
        began = last = time.perf_counter()
        os.write(self._descriptor, key)
        while self._read(QUIET / 2):  # a cursor blinks after half a second
            last = time.perf_counter()
        return last - began

    def _read(self, most: float) -> bool:
        if not select.select([self._descriptor], [], [], most)[0]:
            return False
        try:
            self.seen += os.read(self._descriptor, 65536)
        except OSError:  # it has ended
            return False
        return True

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._descriptor)


def viva() -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli"]


def five_lines() -> list[str]:
    return [sys.executable, "-P", "-c", FIVE_LINES]


def first_paint(environment: Mapping[str, str], posting: Path | None) -> list[Figure]:
    """Until the questions stand there; its peers': until they are there to be used."""
    contenders = {"viva": (viva(), b"zero_grad"), "five": (five_lines(), b"useful")}
    if posting:
        contenders["posting"] = ([str(posting)], b"Collection")
    took: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(ROUNDS + 1):  # the first of each fills the caches
        for name, (command, text) in contenders.items():
            with Terminal(command, environment) as terminal:
                seconds = terminal.until(text)
                terminal.settle()
            if turn:
                took[name].append(seconds)
    what, ours = "first useful paint", took.pop("viva")
    peers = {"five": ("a five-line Textual app", 1.4), "posting": ("posting", 0.35)}
    return [
        of_times(what, peers[name][0], ours, other, at_most=peers[name][1]) for name, other in took.items()
    ]


def key_presses(environment: Mapping[str, str]) -> list[Figure]:
    """In the list of questions, by turns while nothing else runs and while two loops train."""
    idle: list[float] = []
    busy: list[float] = []
    with Terminal(viva(), environment) as terminal, ExitStack() as stack:
        terminal.until(b"zero_grad")
        trainers = [stack.enter_context(Contender(["bare"], environment)) for _ in range(2)]
        for trainer in trainers:
            trainer.ready()
        terminal.settle()
        for trainer in trainers:
            trainer.go(GO * FOREVER)
        for _ in range(4):
            _signal(trainers, signal.SIGSTOP)
            idle += _pressed(terminal, PRESSES // 4)
            _signal(trainers, signal.SIGCONT)
            busy += _pressed(terminal, PRESSES // 4)
    slow_idle, slow_busy = _slowest(idle), _slowest(busy)
    what = "key to changed screen, both cores training, 99th percentile"
    return [
        of_times(what, "when idle", [slow_busy], [slow_idle], "ms", at_most=2.0),
        Figure(what, "one millisecond", [slow_busy], slow_busy, 1.0, "ms", at_most=50.0),
    ]


def _signal(trainers: Sequence[Contender], number: int) -> None:
    for trainer in trainers:
        os.kill(trainer.process.pid, number)


def _pressed(terminal: Terminal, times: int) -> list[float]:
    return [terminal.press(KEYS[number % 2]) * 1000 for number in range(times)]


def _slowest(milliseconds: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(milliseconds, n=100)[-1]


def memory(environment: Mapping[str, str]) -> Figure:
    """What the app holds for itself without its workers, beside the five-line one."""
    ours, peers = [], []
    for _ in range(3):
        for command, text, into in ((viva(), b"zero_grad", ours), (five_lines(), b"useful", peers)):
            with Terminal(command, environment) as terminal:
                terminal.until(text)
                terminal.settle()
                into.append(psutil.Process(terminal.pid).memory_full_info().uss / 2**20)
    return of_times("memory of the app without workers", "a five-line app", ours, peers, "MB", at_most=2.0)


def install_posting(folder: Path) -> Path | None:
    """posting in a throw-away environment; None where it cannot be had."""
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=60
        )
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "posting",
            "tree-sitter<0.26",
        ]
        subprocess.run(pip, check=True, capture_output=True, timeout=120)
    except (subprocess.SubprocessError, OSError):
        return None
    return folder / "bin" / "posting"
