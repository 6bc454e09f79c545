"""Runs a plan: its variants at the same time, or in turns where their times are compared."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from time import perf_counter

import msgspec

from app.lab import hub
from app.lab.evidence import watched
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.lab.result import result
from app.lab.worker import Worker
from app.study.records import Result, utc_now
from experiments.engine import Outcome, Run, sources
from experiments.engine.events import (
    Bye,
    Error,
    Eval,
    Event,
    Hello,
    Observed,
    Over,
    Raised,
    Statement,
    Step,
    Turn,
)
from experiments.engine.family import CANNOT_FORK
from experiments.engine.outcome import Table

LOADING = ("load_dataset(", "from_pretrained(")


class WorkerDied(Exception):
    """A worker that ended before its run; the message says how."""

    def __init__(self, message: str, last_words: str) -> None:
        super().__init__(message)
        self.last_words = last_words


class Race:
    """One running of a plan. Iterate over `events()`; `runs` holds what has come so far, by variant.

    hello: what runs on what, once that is told. result: what it came to, once that is decided or failed.
    """

    def __init__(self, plan: Plan, pool: Pool, lanes: int | None = None) -> None:
        """`lanes`: how many variants at the same time, where not the plan's; those in turns need all."""
        self.plan = plan
        self.runs = {variant: Run(variant) for variant in plan.pages}
        self.errors: list[Error] = []
        self.hello: Hello | None = None
        self.result: Result | None = None
        self._pool = pool
        self._offline = sources.is_local(plan.settings)
        self._why_offline = ""
        self._queue: asyncio.Queue[Event | tuple[str, ...] | None] = asyncio.Queue()
        """Events, the variants that begin again, and None for each worker's end."""
        self._workers: dict[str, Worker] = {}
        self._waiting: list[str] = []
        self.lanes = plan.lanes if lanes is None or plan.interleaved else lanes
        self._lanes = asyncio.Semaphore(self.lanes)
        self._memory = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events of all variants as they come, then the verdict and `bye`.

        Ends every worker that has not finished when it is closed or cancelled. Raises NeedsConsent before
        anything runs of a plan with untrusted edits.
        """
        self.plan.check_consent()
        began, started_at = perf_counter(), utc_now()
        if not self._offline:
            self._why_offline = await hub.why_not()
            self._offline = bool(self._why_offline)
        followers = [asyncio.create_task(self._follow(variants)) for variants in self.plan.shares]
        try:
            async with aclosing(self._told(len(followers))) as told:
                async for event in told:
                    yield event
            decided = None if self.errors else self._decided()
            if isinstance(decided, Error):
                self.errors.append(decided)
            seconds = perf_counter() - began
            end = decided or self.errors[0]
            self.result = result(self.plan, self.runs, end, self.hello, started_at, seconds)
            if decided:
                yield decided
            yield Bye(seconds, self._memory)
        finally:
            for follower in followers:
                follower.cancel()
            await asyncio.gather(*followers, return_exceptions=True)

    async def _told(self, unfinished: int) -> AsyncGenerator[Event, None]:
        """What so many followers queue, less what is between the workers and this."""
        live = set(self.plan.pages)
        while unfinished:
            match event := await self._queue.get():
                case None:
                    unfinished -= 1
                case tuple():
                    self.runs |= {variant: Run(variant) for variant in event}
                    live.update(event)
                    self._waiting = [waiting for waiting in self._waiting if waiting not in event]
                case Over():
                    live.discard(event.variant)
                    self._waiting = [waiting for waiting in self._waiting if waiting in live]
                    await self._give_turn(live)
                case Turn():
                    self._waiting.append(event.variant)
                    await self._give_turn(live)
                case Bye():
                    self._memory = max(self._memory, event.memory)
                case Hello() if self.hello is not None:
                    pass
                case Hello():
                    self.hello = msgspec.structs.replace(event, variants=self.plan.diffs())
                    yield self.hello
                case Error():
                    self.errors.append(event)
                    yield event
                case _:
                    if isinstance(event, Step | Statement | Eval | Observed | Raised):
                        self.runs[event.variant].add(event)
                    yield event

    async def _follow(self, variants: tuple[str, ...]) -> None:
        """Queue what some variants tell, then None; a failure of ours is told, never awaited."""
        over: set[str] = set()
        try:
            async with self._lanes:
                if not await self._run(variants, over):
                    self._queue.put_nowait(variants)
                    over.clear()
                    await self._run(variants, over, together=False)
        except Exception as problem:
            words = problem.last_words if isinstance(problem, WorkerDied) else ""
            for variant in (variant for variant in variants if variant not in over):
                self._queue.put_nowait(Error(type(problem).__name__, str(problem), words, variant))
                self._queue.put_nowait(Over(variant))
        self._queue.put_nowait(None)

    async def _run(self, variants: tuple[str, ...], over: set[str], together: bool = True) -> bool:
        """Run some variants in one worker and queue what it tells. False where they have to be run apart.

        over: takes in the variants that came to their end.
        """
        request = msgspec.json.encode(self.plan.request(variants, self.lanes, together))
        worker = await self._pool.take(offline=self._offline, request=request)
        self._workers |= dict.fromkeys(variants, worker)
        ended = False
        try:
            async for event in worker.events(request):
                match event:
                    case Bye():
                        ended = True
                    case Over():
                        over.add(event.variant)
                    case Error() if event.type == CANNOT_FORK:
                        return False
                    case Error(type="WorkerDied"):
                        event = msgspec.structs.replace(event, traceback=worker.last_words)
                self._queue.put_nowait(event)
            if not ended:
                how = await worker.how_it_ended()
                raise WorkerDied(f"the worker ended before its run did ({how})", worker.last_words)
        finally:
            await asyncio.shield(self._pool.give_back(worker, offline=self._offline))
        return True

    async def _give_turn(self, live: set[str]) -> None:
        """Let the longest-waiting variant go on, once all that still run are waiting."""
        if self._waiting and live <= set(self._waiting):
            variant = self._waiting.pop(0)
            await self._workers[variant].send(msgspec.json.encode(variant))

    @property
    def evidence(self) -> Table:
        """What the outcome stands on; until there is one, what was watched so far."""
        return (self.result.evidence if self.result else {}) or watched(self.plan, self.runs)

    def _decided(self) -> Outcome | Error:
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
        evidence = outcome.evidence or watched(self.plan, self.runs)
        return msgspec.structs.replace(outcome, evidence=evidence)


async def follow(
    plan: Plan, pool: Pool, tell: Callable[[Event], None] = lambda event: None, lanes: int | None = None
) -> Race:
    """Run a plan to its end, and tell every event. However it ends, its workers end with it."""
    race = Race(plan, pool, lanes)
    async with aclosing(race.events()) as events:
        async for event in events:
            tell(event)
    return race


def _baseline_failed(plan: Plan, raised: Raised, why_offline: str) -> Error:
    """The baseline raised: where it was loading, what was asked for is at fault."""
    lines = plan.pages[plan.baseline].splitlines()
    line = lines[raised.line - 1] if raised.line else ""
    where = f"line {raised.line} of the page: " if raised.line else ""
    loading = any(call in line for call in LOADING)
    hint = f"\n{why_offline}; the bundled model and data need no network" if loading and why_offline else ""
    return Error(raised.type, f"{where}{raised.message}{hint}", variant=plan.baseline, input=loading)
