"""Runs a page on several processes of this CPU, as `torchrun` would: one group, gloo between them."""

import importlib
import linecache
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from types import SimpleNamespace
from typing import BinaryIO

from experiments.engine.events import Event, Observed, Raised, decode, encode
from experiments.engine.runs import Run

LOCAL = "127.0.0.1"
POLL = 0.02
"""Seconds between two looks at whether a process has ended."""


class LaunchError(RuntimeError):
    """The page raised on a process, or the process crashed; the message has its last words."""


def launch(page: str, processes: int, report: str | None = None) -> list[Run]:
    """Run the page's text on that many processes. Gives what each has shown, by rank.

    report: a module whose `report(page)` is called in each process with the variables that the page left
        behind; what it gives is `observed` of the run.

    Raises LaunchError where one of them fails, and ends the others, which would wait for it. The processes
    stay in the caller's process group, so that they end with it.
    """
    from torch.distributed import TCPStore

    # The meeting place is held here, as torchrun's agent does, so that no port has to be guessed.
    store = TCPStore(LOCAL, 0, is_master=True, wait_for_workers=False)
    with TemporaryDirectory(prefix="viva-launch-") as folder:
        text = Path(folder) / "page.py"
        text.write_text(page, encoding="utf-8")
        command = [sys.executable, "-P", "-m", __name__, str(text), report or ""]
        started = [_start(command, rank, processes, store.port, Path(folder)) for rank in range(processes)]
        try:
            failed = _wait(started)
        finally:
            for process in started:
                process.kill()
                process.wait()
        if failed:
            raise LaunchError("\n".join(_last_words(Path(folder), rank) for rank in failed))
        return [_read(Path(folder) / f"{rank}.jsonl", rank) for rank in range(processes)]


def text_of(page: SimpleNamespace) -> str:
    """The text of the page whose variables these are, as its tracebacks show it."""
    return "".join(linecache.getlines(page.tokenize_function.__code__.co_filename))


def _start(command: Sequence[str], rank: int, processes: int, port: int, folder: Path) -> subprocess.Popen:
    """One process, told its place by the variables that torchrun sets."""
    place = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": processes,
        "LOCAL_WORLD_SIZE": processes,
        "MASTER_ADDR": LOCAL,
        "MASTER_PORT": port,
        "TORCHELASTIC_USE_AGENT_STORE": True,
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": 1,
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with (folder / f"{rank}.err").open("wb") as errors:
        return subprocess.Popen(
            [*command, str(folder / f"{rank}.jsonl")],
            env=os.environ | {name: str(value) for name, value in place.items()},
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
        )


def _wait(started: Sequence[subprocess.Popen]) -> list[int]:
    """Wait until all have ended or one has failed. Gives the ranks that failed."""
    while True:
        codes = [process.poll() for process in started]
        if None not in codes or any(codes):
            return [rank for rank, code in enumerate(codes) if code]
        sleep(POLL)


def _last_words(folder: Path, rank: int) -> str:
    words = (folder / f"{rank}.err").read_text(encoding="utf-8", errors="replace")
    return f"process {rank} failed: {words.strip()[-2000:]}"


def _read(file: Path, rank: int) -> Run:
    run = Run(f"process {rank}")
    for line in file.read_bytes().splitlines():
        run.add(decode(line))
    return run


def main(page: str, report: str, out: str) -> None:
    """In a process of the group: run the page in that file and write its events to `out`."""
    import torch

    from experiments.engine.runner import Runner

    torch.set_num_threads(1)
    rank = os.environ["RANK"]
    with Path(out).open("wb") as events:
        text = Path(page).read_text(encoding="utf-8")
        runner = Runner(text, f"process {rank}", "bundled", lambda event: _write(events, event), lambda: None)
        if not runner.run():
            sys.exit(1)
        if report:
            values = importlib.import_module(report).report(runner.left)
            _write(events, Observed(f"process {rank}", values))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _write(file: BinaryIO, event: Event) -> None:
    file.write(encode(event))
    if isinstance(event, Raised):
        print(f"{event.type}: {event.message} (line {event.line} of the page)", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
