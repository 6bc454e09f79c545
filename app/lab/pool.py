"""Keeps workers warm: imported and waiting, so that a run shows its first step at once."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any

import msgspec

from app.lab.machine import has_leisure
from app.lab.worker import Worker
from experiments.engine.request import CAN_FORK, Request

KEPT = 1
"""A run that is cancelled leaves its worker, which is warm for the next."""
MOST_KEPT = 4
AHEAD_SECONDS = 300.0
"""How long one that has begun ahead waits to be asked for."""
LOOKING_SECONDS = 5.0
CANCELLING_SECONDS, LEAVING_SECONDS = 1.0, 10.0
"""How long a worker has to give up its run: while somebody waits, and while it may still import."""


class Pool:
    """Idle workers. Only those that stay away from the hub are kept: they know all that they need.

    One of them may have begun already with what is likely to be asked next.
    """

    def __init__(self, size: int | None = None) -> None:
        self.size = size or KEPT
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._ahead: Worker | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        """Those that look after the worker ahead, and those that wait for one to give up."""
        self._starting = asyncio.Lock()

    @property
    def _kept(self) -> int:
        return len(self._idle) + (self._ahead is not None)

    async def warm(self, workers: int = 0) -> None:
        """Start workers until as many as a run needs are idle."""
        self.size = max(self.size, min(MOST_KEPT, workers))
        async with self._starting:
            self._idle = [worker for worker in self._idle if worker.is_alive]
            while self._kept + len(self._leaving) < self.size:
                self._idle.append(await Worker.start(offline=True))

    async def take(self, *, offline: bool, request: bytes = b"") -> Worker:
        """An idle worker, or a new one; the one that has begun with this request where there is one."""
        holds = self._ahead is not None and self._ahead.holds(request)
        if (ahead := self._taken_ahead()) and not (offline and holds):
            self._leave(ahead)
        elif ahead:
            return ahead
        if self._leaving and not self._idle:
            await asyncio.wait(self._leaving)
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
        """Keep a worker that is idle once its run, where it has not ended, was given up; end any other."""
        if CAN_FORK and offline and worker.is_running and worker.is_alive:
            await worker.let_go(CANCELLING_SECONDS)
        self._busy.discard(worker)
        if offline and worker.is_idle and worker.is_alive and self._kept < self.size:
            self._idle.append(worker)
        else:
            await worker.end()

    async def go_ahead(self, request: Request) -> None:
        """Let an idle worker begin with what is likely to be asked next, where the machine has leisure.

        What another has begun is given up; so is this where it is not asked for in time, or the leisure ends.
        """
        line = msgspec.json.encode(request)
        if self._ahead and self._ahead.holds(line):
            return
        self.stay_behind()
        if self._leaving and not self._idle:
            await asyncio.wait(self._leaving)
        alive = [worker for worker in self._idle if worker.is_alive]
        if alive and has_leisure():
            self._ahead = worker = alive[0]
            self._idle.remove(worker)
            await worker.hold(line)
            _kept(self._looking, self._look_after(worker))

    def stay_behind(self) -> None:
        """Give up what was begun ahead."""
        if worker := self._taken_ahead():
            self._leave(worker)

    async def close(self) -> None:
        """End all of them."""
        tasks = {*self._looking, *self._leaving}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        workers = [*self._idle, *self._busy, *filter(None, [self._ahead])]
        self._idle, self._busy, self._ahead = [], set(), None
        await asyncio.gather(*(worker.end() for worker in workers))

    async def _look_after(self, worker: Worker) -> None:
        until = monotonic() + AHEAD_SECONDS
        while self._ahead is worker and monotonic() < until and has_leisure():  # noqa: ASYNC110
            await asyncio.sleep(LOOKING_SECONDS)
        if self._ahead is worker:
            self.stay_behind()

    def _taken_ahead(self) -> Worker | None:
        """The worker that has begun ahead, busy from now on."""
        worker, self._ahead = self._ahead, None
        if worker:
            self._busy.add(worker)
        return worker

    def _leave(self, worker: Worker) -> None:
        _kept(self._leaving, self._let_go(worker))

    async def _let_go(self, worker: Worker) -> None:
        await worker.let_go(LEAVING_SECONDS)
        await self.give_back(worker, offline=True)


def _kept(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Do it, and keep its task until it is done."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
