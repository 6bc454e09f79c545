"""What two warm workers hold together, beside one."""

import asyncio
import time

import psutil

from app.lab.worker import Worker
from bench.figures import Figure, of_times


async def figure() -> Figure:
    first = await Worker.start(offline=True)
    await _imported(first)
    alone = _held(first)
    second = await Worker.start(offline=True)
    await _imported(second)
    together = _held(first) + _held(second)
    await asyncio.gather(first.end(), second.end())
    return of_times("memory of two warm workers", "one", [together], [alone], "MB", at_most=1.3)


async def _imported(worker: Worker) -> None:
    """Wait until its memory has stopped growing for two seconds."""
    most, since = 0, time.monotonic()
    while time.monotonic() - since < 2.0:
        await asyncio.sleep(0.1)
        if (held := psutil.Process(worker.pid).memory_info().rss) > most + 2**20:
            most, since = held, time.monotonic()


def _held(worker: Worker) -> float:
    """Megabytes, what is shared with others by halves."""
    return psutil.Process(worker.pid).memory_full_info().pss / 2**20
