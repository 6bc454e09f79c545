"""Runs the command line, in this process or in one of its own, and gives it a small bank."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from app.lab.plan import Plan
from app.lab.result import result
from app.study.records import utc_now
from experiments.engine import Outcome
from experiments.engine.events import Error, Event, Hello

QUESTIONS = """\
topic: A small bank
questions:
  - id: brackets
    number: 900
    level: basic
    tags: [tokens]
    question: What do `[CLS]` and [/SEP] mark, and what is P[Y=1|x]?
    answer: |
      They mark the ends. `x[i:j]` is a slice, and <b> is not HTML.
    key_points:
      - {point: they mark the ends, any: [mark the ends, delimit, bound it], hint: Where do they stand?}
    traps: ["[bold]loud[/bold] is markup"]
    lines: optimizer.zero_grad()
    experiment: zero_grad
    predict: {diverges: It runs away, learns worse: It limps, learns anyway: Nothing happens}
    teaches: diverges
  - id: own-code
    level: advanced
    question: What if the rate were a hundredth?
    answer: It learns slowly.
    key_points:
      - {point: slowly, any: [slowly, takes long, at a crawl], hint: How fast?}
    experiment:
      variants:
        a: []
        b: [{old: "lr=learning_rate", new: "lr=learning_rate / 100"}]
      outcomes: {slower: It learns slower, same: No difference}
      decide:
        - {when: final_loss of b > final_loss of a, outcome: slower}
        - {otherwise: same}
    predict: {slower: Slower, same: The same}
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def bank(tmp_path) -> Path:
    """A file with two questions from outside viva's own bank: `small/brackets` and `small/own-code`."""
    file = tmp_path / "small.yaml"
    file.write_text(QUESTIONS, encoding="utf-8")
    return file


@pytest.fixture
def viva(capsys) -> Callable[..., Ended]:
    """`viva(*words)`: runs the command line in this process, without a terminal."""

    def run(*words: object) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        assert isinstance(ended.value.code, int)
        captured = capsys.readouterr()
        return Ended(ended.value.code, captured.out, captured.err)

    return run


@pytest.fixture
def process() -> Callable[..., Ended]:
    """`process(*words)`: runs the command line in a process of its own, its streams all pipes."""

    def run(*words: object, **environment: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, words)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=300,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def scripted(monkeypatch) -> Callable[[Callable[[Plan], list[Event]]], list[Plan]]:
    """`scripted(script)`: races tell what `script(plan)` gives instead of running; gives the plans raced."""

    def install(script: Callable[[Plan], list[Event]]) -> list[Plan]:
        raced: list[Plan] = []

        class Scripted:
            def __init__(self, plan: Plan, pool: object, lanes: int | None = None) -> None:
                self.plan = plan

            async def events(self) -> AsyncIterator[Event]:
                raced.append(self.plan)
                told = script(self.plan)
                self.errors = [event for event in told if isinstance(event, Error)]
                end = next(event for event in told if isinstance(event, Outcome | Error))
                hello = next((event for event in told if isinstance(event, Hello)), None)
                self.result = result(self.plan, {}, end, hello, utc_now(), 2.0)
                for event in told:
                    yield event

        monkeypatch.setattr("app.lab.race.Race", Scripted)
        return raced

    return install


@pytest.fixture
def hello() -> Callable[[Plan], Hello]:
    """`hello(plan)`: what a worker says first."""

    def say(plan: Plan) -> Hello:
        used = plan.settings
        libraries = {"torch": "2.99.0", "transformers": "5.99.0"}
        return Hello(1, plan.name, plan.diffs(), used.model, used.data, used.seed, "cpu", 1, {}, libraries)

    return say


@pytest.fixture
def terminal() -> Callable[..., tuple[int, str]]:
    """`terminal(*words, answers={prompt: line})`: runs the command line in a terminal of 100×30.

    Each answer is typed when its prompt has been shown. Gives the exit code and all that was shown.
    """

    def run(*words: object, answers: dict[str, str] | None = None, **environment: str) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (30, 100))
        with subprocess.Popen(
            [sys.executable, "-m", "app.cli", *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        ) as process:
            os.close(theirs)
            shown, waiting = b"", dict(answers or {})
            while data := _read(ours):
                shown += data
                for prompt in [one for one in waiting if one.encode() in shown]:
                    os.write(ours, waiting.pop(prompt).encode() + b"\n")
        os.close(ours)
        return process.returncode, shown.decode()

    return run


def _read(terminal: int) -> bytes:
    """What a terminal shows next; nothing when the other side is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
