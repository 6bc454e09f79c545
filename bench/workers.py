"""What the workers hold together that the app keeps warm, beside one."""

import asyncio
import time

import psutil

from app.lab.pool import Pool
from app.lab.worker import Worker
from bench.figures import Figure, of_times


async def figure() -> Figure:
    """A person who cancels a run and starts another has those that the app keeps, and no further one."""
    one, pool = await Worker.start(offline=True), Pool()
    await pool.warm()
    kept = list(pool._idle)
    for worker in (one, *kept):
        await _imported(worker)
    alone, together = _held(one), sum(map(_held, kept))
    await one.end()
    await pool.close()
    what = f"memory of the workers kept warm ({len(kept)})"
    return of_times(what, "one worker", [together], [alone], "MB", at_most=1.3)


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
