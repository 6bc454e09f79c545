"""Runs a plan: its variants at the same time, or in turns where their times are compared."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from time import perf_counter

import msgspec

from app.lab import hub
from app.lab.plan import Plan, cores
from app.lab.pool import Pool
from app.lab.worker import Worker
from experiments.engine import Run, sources
from experiments.engine.events import Bye, Error, Event, Hello, Raised, Turn, Verdict
from experiments.engine.experiment import Table
from experiments.engine.request import Request

LOADING = ("load_dataset(", "from_pretrained(")


class Race:
    """One running of a plan. Iterate over `events()`; `runs` holds what has come so far, by variant."""

    def __init__(self, plan: Plan, pool: Pool) -> None:
        self.plan = plan
        self.runs = {variant: Run(variant) for variant in plan.pages}
        self._pool = pool
        self._offline = sources.is_local(plan.settings)
        self._why_offline = ""
        self._queue: asyncio.Queue[tuple[str, Event | None]] = asyncio.Queue()
        self._workers: dict[str, Worker] = {}
        self._waiting: list[str] = []
        self._lanes = asyncio.Semaphore(plan.lanes)
        self._memory = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events of all variants as they come, then the verdict and `bye`.

        Ends every worker that has not finished when it is closed or cancelled.
        """
        began = perf_counter()
        if not self._offline:
            self._why_offline = await hub.why_not()
            self._offline = bool(self._why_offline)
        followers = [asyncio.create_task(self._follow(variant)) for variant in self.plan.pages]
        failed = greeted = False
        live = set(self.plan.pages)
        try:
            while live:
                variant, event = await self._queue.get()
                match event:
                    case None:
                        live.discard(variant)
                        self._waiting = [waiting for waiting in self._waiting if waiting in live]
                        await self._give_turn(live)
                    case Turn():
                        self._waiting.append(variant)
                        await self._give_turn(live)
                    case Bye():
                        self._memory = max(self._memory, event.memory)
                    case Hello() if greeted:
                        pass
                    case Hello():
                        greeted = True
                        yield msgspec.structs.replace(event, variants=self.plan.diffs())
                    case Error():
                        failed = True
                        yield event
                    case _:
                        self.runs[variant].add(event)
                        yield event
            if not failed:
                yield self._verdict()
            yield Bye(perf_counter() - began, self._memory)
        finally:
            for follower in followers:
                follower.cancel()
            await asyncio.gather(*followers, return_exceptions=True)

    async def _follow(self, variant: str) -> None:
        """Queue what one variant tells, and None after its last; a failure of ours is told, never awaited."""
        try:
            await self._run(variant)
        except Exception as problem:
            self._queue.put_nowait((variant, Error(type(problem).__name__, str(problem), variant=variant)))
        self._queue.put_nowait((variant, None))

    async def _run(self, variant: str) -> None:
        """Run one variant in a worker of its own and queue what it tells."""
        async with self._lanes:
            worker = await self._pool.take(offline=self._offline)
            self._workers[variant] = worker
            try:
                said_bye = False
                async for event in worker.events(self._request(variant)):
                    said_bye = isinstance(event, Bye)
                    self._queue.put_nowait((variant, _named(event, variant)))
                if not said_bye:
                    self._queue.put_nowait((variant, await _crash(worker, variant)))
            finally:
                await asyncio.shield(self._pool.give_back(worker, offline=self._offline))

    async def _give_turn(self, live: set[str]) -> None:
        """Let the longest-waiting variant go on, once all that still run are waiting."""
        if self._waiting and live <= set(self._waiting):
            await self._workers[self._waiting.pop(0)].send(b"go")

    def _request(self, variant: str) -> bytes:
        plan = self.plan
        lanes = 1 if plan.interleaved else plan.lanes
        request = Request(
            variant=variant,
            page=plan.pages[variant],
            settings=msgspec.to_builtins(plan.settings),
            experiment=plan.name,
            module=plan.module,
            diff=plan.diff(variant),
            threads=1 if sources.is_small(plan.settings) else max(1, cores() // lanes),
            interleaved=plan.interleaved,
            local_data=sources.is_here(plan.settings.data),
        )
        return msgspec.json.encode(request)

    def _verdict(self) -> Event:
        """What the runs came to; an error where the baseline could not load, or raised though unchanged."""
        raised = self.runs[self.plan.baseline].raised
        if raised is not None:
            failed = _baseline_failed(self.plan, raised, self._why_offline)
            if failed.input or self.plan.baseline_is_unchanged:
                return failed
        try:
            outcome = self.plan.decide(self.runs)
        except Exception as problem:
            return Error(type(problem).__name__, f"deciding {self.plan.name}: {problem}")
        if self.plan.outcomes and outcome.name not in self.plan.outcomes:
            return Error("KeyError", f"{self.plan.name} decided {outcome.name!r}, which it does not declare")
        table = outcome.evidence or evidence(self.plan, self.runs)
        return Verdict(outcome.name, outcome.finding, table, dict(outcome.compared))


def evidence(plan: Plan, runs: Mapping[str, Run]) -> Table:
    """What was watched, side by side."""
    rows = {name: {variant: run.value(name) for variant, run in runs.items()} for name in plan.watch}
    return {name: row for name, row in rows.items() if any(value is not None for value in row.values())}


def _named(event: Event, variant: str) -> Event:
    return msgspec.structs.replace(event, variant=variant) if isinstance(event, Error) else event


async def _crash(worker: Worker, variant: str) -> Error:
    how = await worker.how_it_ended()
    return Error(
        "WorkerDied",
        f"the worker of {variant!r} ended before its run did ({how})",
        worker.last_words,
        variant,
    )


def _baseline_failed(plan: Plan, raised: Raised, why_offline: str) -> Error:
    """The baseline raised: where it was loading, what was asked for is at fault."""
    lines = plan.pages[plan.baseline].splitlines()
    line = lines[raised.line - 1] if raised.line else ""
    where = f"line {raised.line} of the page: " if raised.line else ""
    loading = any(call in line for call in LOADING)
    hint = f"\n{why_offline}; the bundled model and data need no network" if loading and why_offline else ""
    return Error(raised.type, f"{where}{raised.message}{hint}", variant=plan.baseline, input=loading)
