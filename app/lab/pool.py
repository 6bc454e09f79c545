"""Keeps workers warm: imported and waiting, so that a run shows its first step at once."""

import asyncio

from app.lab.worker import Worker

KEPT = 2
"""One for the run, one for the run after a cancelled one."""
MOST_KEPT = 4


class Pool:
    """Idle workers. Only those that stay away from the hub are kept: they know all that they need."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size or KEPT
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._starting = asyncio.Lock()

    async def warm(self, workers: int = 0) -> None:
        """Start workers until as many as a run needs are idle."""
        self.size = max(self.size, min(MOST_KEPT, workers))
        async with self._starting:
            self._idle = [worker for worker in self._idle if worker.is_alive]
            while len(self._idle) < self.size:
                self._idle.append(await Worker.start(offline=True))

    async def take(self, *, offline: bool) -> Worker:
        """An idle worker, or a new one."""
        while offline and self._idle:
            worker = self._idle.pop(0)
            if worker.is_alive:
                self._busy.add(worker)
                return worker
            await worker.end()
        worker = await Worker.start(offline=offline)
        self._busy.add(worker)
        return worker

    async def give_back(self, worker: Worker, *, offline: bool) -> None:
        """Keep a worker that has finished its run; end any other."""
        self._busy.discard(worker)
        if offline and worker.is_idle and worker.is_alive and len(self._idle) < self.size:
            self._idle.append(worker)
        else:
            await worker.end()

    async def close(self) -> None:
        """End all of them."""
        workers = [*self._idle, *self._busy]
        self._idle, self._busy = [], set()
        await asyncio.gather(*(worker.end() for worker in workers))
