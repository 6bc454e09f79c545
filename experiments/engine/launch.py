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
from typing import Any

import msgspec

from experiments.engine.events import Observed, decode, encode
from experiments.engine.runs import Run

LOCAL = "127.0.0.1"
POLL = 0.02
"""Seconds between two looks at whether a process has ended."""


class LaunchError(RuntimeError):
    """A process ended without a run to show; the message has its last words."""


def launch(page: str, processes: int, report: str | None = None) -> list[Run]:
    """Run the page's text on that many processes. Gives what each has shown, by rank.

    report: a module whose `report(page)` is called in each process with the variables that the page left
        behind; what it gives is `observed` of the run.

    Where the page raises on one process, all runs end there; `raised` is set in those that raised. Raises
    LaunchError where a process crashes. The processes stay in the caller's process group and end with it.
    """
    from torch.distributed import TCPStore

    # The meeting place is held here, as torchrun's agent does, so that no port has to be guessed.
    store = TCPStore(LOCAL, 0, is_master=True, wait_for_workers=False)
    with TemporaryDirectory(prefix="viva-launch-") as folder:
        text = Path(folder) / "page.py"
        text.write_text(page, encoding="utf-8")
        command = [sys.executable, "-m", __name__, str(text), report or ""]
        started = [_start(command, rank, processes, store.port, Path(folder)) for rank in range(processes)]
        try:
            _wait(started)
        finally:
            for process in started:
                process.kill()
                process.wait()
        failed = [rank for rank, process in enumerate(started) if process.returncode > 0]
        if failed:
            words = (Path(folder) / f"{failed[0]}.err").read_text(encoding="utf-8", errors="replace")
            raise LaunchError(f"process {failed[0]} of {processes} failed: {words[-2000:]}")
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


def _wait(started: Sequence[subprocess.Popen]) -> None:
    """Until all have ended, or one has failed, for which the others would wait in vain."""
    while any(process.poll() is None for process in started):
        if any(process.returncode for process in started):
            return
        sleep(POLL)


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
        if runner.run() and report:
            values = importlib.import_module(report).report(runner.left)
            _write(events, Observed(f"process {rank}", values))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _write(file: Any, event: msgspec.Struct) -> None:
    file.write(encode(event))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
