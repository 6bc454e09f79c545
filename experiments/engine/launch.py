"""Runs a page on several processes of this CPU, as `torchrun` would: one group, gloo between them."""

import importlib
import linecache
import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, BinaryIO

from experiments.engine.events import Event, Observed, Raised, decode, encode
from experiments.engine.family import CAN_FORK, threads_left
from experiments.engine.runs import Run
from experiments.engine.telling import LIBRARIES

LOCAL = "127.0.0.1"
IMPORTED = [
    *LIBRARIES,
    "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto",
    "transformers.models.bert.modeling_bert",
    "transformers.data.data_collator",
]
"""What the processes share the import of, where they can be forked."""


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

    context: Any = multiprocessing.get_context(_start_method())
    with TemporaryDirectory(prefix="viva-launch-") as name:
        folder = Path(name)
        places, ports = [_place(rank, processes) for rank in range(processes)], context.SimpleQueue()
        started = [
            context.Process(target=_run, args=(page, report, place, ports, folder)) for place in places
        ]
        try:
            for process in started:
                process.start()
            # The meeting place is held here, as torchrun's agent does, so that no port has to be guessed. It
            # brings a thread along, so it comes after the forks.
            store = TCPStore(LOCAL, 0, is_master=True, wait_for_workers=False)
            for _ in started:
                ports.put(store.port)
            failed = _wait(started)
        finally:
            for process in started:
                if process.pid:
                    process.kill()
                    process.join()
        if failed:
            raise LaunchError("\n".join(_last_words(folder, rank) for rank in failed))
        return [_read(folder, rank) for rank in range(processes)]


def _start_method() -> str:
    """Fork this process where it has no other thread: the libraries are imported here already."""
    if not CAN_FORK:
        return "spawn"
    if threads_left() == 1:
        return "fork"
    multiprocessing.get_context("forkserver").set_forkserver_preload(IMPORTED)
    return "forkserver"


def text_of(page: SimpleNamespace) -> str:
    """The text of the page whose variables these are, as its tracebacks show it."""
    return "".join(linecache.getlines(page.tokenize_function.__code__.co_filename))


def _place(rank: int, processes: int) -> dict[str, str]:
    """The variables by which torchrun tells a process its place."""
    place = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": processes,
        "LOCAL_WORLD_SIZE": processes,
        "MASTER_ADDR": LOCAL,
        "TORCHELASTIC_USE_AGENT_STORE": True,
        "ACCELERATE_USE_CPU": "true",
        "TOKENIZERS_PARALLELISM": "false",
    }
    return {name: str(value) for name, value in place.items()}


def _wait(started: Sequence[BaseProcess]) -> list[int]:
    """Wait until all have ended or one has failed. Gives the ranks that failed."""
    while True:
        codes = [process.exitcode for process in started]
        if None not in codes or any(codes):
            return [rank for rank, code in enumerate(codes) if code]
        wait([process.sentinel for process, code in zip(started, codes, strict=True) if code is None])


def _last_words(folder: Path, rank: int) -> str:
    file = folder / f"{rank}.err"
    words = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return f"process {rank} failed: {words.strip()[-2000:]}"


def _read(folder: Path, rank: int) -> Run:
    run = Run(f"process {rank}")
    for line in (folder / f"{rank}.jsonl").read_bytes().splitlines():
        run.add(decode(line))
    return run


def _run(page: str, report: str | None, place: dict[str, str], ports: SimpleQueue[int], folder: Path) -> None:
    """In a process of the group: run the page and write its events to a file."""
    rank = place["RANK"]
    with (folder / f"{rank}.err").open("wb") as errors:
        os.dup2(errors.fileno(), 1)
        os.dup2(errors.fileno(), 2)
    os.environ.update(place, MASTER_PORT=str(ports.get()))
    import torch
    from accelerate.state import AcceleratorState, GradientState

    from experiments.engine.runner import Runner

    torch.set_num_threads(1)
    AcceleratorState._reset_state(True)  # what a run of the process that was forked has left
    GradientState._reset_state()
    with (folder / f"{rank}.jsonl").open("wb") as events:
        runner = Runner(page, "bundled", lambda event: _write(events, event), lambda: None)
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
        words = f"{event.type}: {event.message} (line {event.line} of the page)"
        print(words, file=sys.__stderr__, flush=True)
