"""Training loops that take turns, a process each: whatever else the machine does hits all alike.

A contender is `python -m bench.contenders NAME [FOLDER]`. It gets ready, says so with a line, and waits for a
line before each stretch of STEPS steps; after the stretch it says how many seconds that took.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

STEPS = 10
GO, EVALUATE = "go\n", "evaluate\n"
ROOT = Path(__file__).resolve().parent.parent


class Stretches:
    """A contender's side: call `step()` before each step. Between stretches it may be asked to evaluate."""

    def __init__(self) -> None:
        self.evaluate: Callable[[], None] = lambda: None
        self._steps = 0
        self._began = 0.0

    def step(self) -> None:
        """Tell the stretch that is over, and wait for the next."""
        if self._steps % STEPS == 0:
            now = time.perf_counter()
            _say(now - self._began if self._steps else 0.0)
            while (asked := sys.stdin.readline()) == EVALUATE:
                began = time.perf_counter()
                self.evaluate()
                _say(time.perf_counter() - began)
            if not asked:
                raise SystemExit
            self._began = time.perf_counter()
        self._steps += 1


def _say(seconds: float) -> None:
    print(f"turn {seconds}", flush=True)


class Contender:
    """The driver's side of one process."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bench.contenders", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**environment, "PYTHONPATH": str(ROOT)},
        )

    def ready(self) -> float:
        """Wait until it waits. Gives the seconds of what is over. Raises RuntimeError where it ended."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("turn "):
                return float(line.split()[1])
        raise RuntimeError(f"{self.process.args} ended before its turn")

    def go(self, asked: str = GO) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(asked)
        self.process.stdin.flush()

    def __enter__(self) -> "Contender":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


def take_turns(
    contenders: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str], warm_up: int = 2
) -> dict[str, list[float]]:
    """Seconds a step of each contender, one a round; each round begins with another one."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(Contender(arguments, environment))
            for name, arguments in contenders.items()
        }
        for contender in started.values():
            contender.ready()
        order = list(started)
        for turn in range(warm_up + rounds):
            order = [*order[1:], order[0]]
            for name in order:
                started[name].go()
                took = started[name].ready() / STEPS
                if turn >= warm_up:
                    seconds[name].append(took)
    return seconds
