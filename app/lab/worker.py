"""One worker process, followed from the app."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psutil

import experiments
from experiments.engine.events import Bye, Error, Event, decode
from experiments.engine.request import GIVE_UP, GO, Request

LONGEST_LINE = 2**24
KEPT = 2**14
GRACE = 1.0
"""Seconds that are waited for what a process that has gone has left in its pipes."""


class Worker:
    """A worker in a process group of its own; its standard error is drained and its last lines kept."""

    def __init__(
        self, process: asyncio.subprocess.Process, scratch: tempfile.TemporaryDirectory[str]
    ) -> None:
        self._process = process
        self._scratch = scratch
        self._said = b""
        self._drain = asyncio.create_task(self._keep_stderr())
        self._watch = asyncio.create_task(self._close_when_gone())
        self._held: bytes | None = None
        self._ahead: list[Event] = []
        self._listening: asyncio.Task[None] | None = None
        self.is_idle = True
        self.is_running = False

    @classmethod
    async def start(cls, *, offline: bool) -> "Worker":
        """Start a process that imports the libraries and waits. `offline`: it does not look for the hub.

        It works in an empty folder of its own, so that what a page writes litters nobody's. Raises OSError.
        """
        scratch = tempfile.TemporaryDirectory(prefix="viva-", ignore_cleanup_errors=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "experiments.engine.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LONGEST_LINE,
            cwd=scratch.name,
            env=_environment(offline),
        )
        return cls(process, scratch)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @property
    def last_words(self) -> str:
        """The last lines of its standard error."""
        return "\n".join(self._said.decode(errors="replace").splitlines()[-60:])

    async def send(self, line: bytes) -> None:
        """Write a line to it; a worker that has gone is noticed when its events end."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._process.stdin.write(line + b"\n")
            await self._process.stdin.drain()

    async def events(self, request: bytes) -> AsyncIterator[Event]:
        """Send a request and follow it until its `bye`, or until the worker's output ends without one.

        What the worker holds of it already is told first.
        """
        self.is_idle, self.is_running = False, True
        if self._held == request:
            ahead = await self._stop_listening()
            await self.send(GO)
            for event in ahead:
                yield event
        else:
            await self.send(request)
        async for event in self._told():
            yield event

    async def hold(self, request: bytes) -> None:
        """Have the first variant of a request run until its first round, at low priority."""
        self.is_idle, self.is_running, self._held = False, True, request
        held = msgspec.structs.replace(msgspec.json.decode(request, type=Request), held=True)
        await self.send(msgspec.json.encode(held))
        self._listening = asyncio.create_task(self._listen())

    def holds(self, request: bytes) -> bool:
        """Whether it has begun with this request and nothing of it went wrong."""
        return (
            self._held == request and self.is_alive and not any(isinstance(one, Error) for one in self._ahead)
        )

    async def let_go(self, seconds: float) -> None:
        """Give up what it runs or holds. It is idle then, unless it has gone or needs longer."""
        await self._stop_listening()
        await self.send(GIVE_UP)
        with contextlib.suppress(TimeoutError, ValueError):
            async with asyncio.timeout(seconds):
                async for _ in self._told():
                    pass
        self.is_idle = self.is_alive and not self.is_running

    async def _listen(self) -> None:
        async for event in self._told():
            self._ahead.append(event)

    async def _stop_listening(self) -> list[Event]:
        """Hold nothing any more. Gives what was told so far."""
        if self._listening:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        ahead, self._ahead = self._ahead, []
        self._held = self._listening = None
        return ahead

    async def _told(self) -> AsyncIterator[Event]:
        assert self._process.stdout is not None
        lost_one = False
        while line := await self._line(self._process.stdout):
            try:
                event = decode(line)
            except msgspec.DecodeError:
                continue  # the torn line of a process that was killed as it wrote
            lost_one = lost_one or (isinstance(event, Error) and event.type == "WorkerDied")
            if isinstance(event, Bye):
                self.is_running = False
                self.is_idle = not lost_one  # what a run that died has left behind ends with its worker
            yield event
            if isinstance(event, Bye):
                return
        await self._drain

    @staticmethod
    async def _line(stream: asyncio.StreamReader) -> bytes:
        try:
            return await stream.readline()
        except ValueError:
            most = f"{LONGEST_LINE >> 20} MB"
            raise ValueError(f"the page wrote a line of over {most} where only events belong") from None

    async def how_it_ended(self) -> str:
        """A few words about a worker whose output ended; where it failed by itself, the last that it said."""
        await self._watch
        code = self._process.returncode or 0
        number = -code if code < 0 else code - 128
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(number).name}"
        if code == 0:
            return "exit status 0 before the end of the page"
        said = self.last_words.strip().splitlines()[-1:]
        return ": ".join([f"exit status {code}", *said])

    async def end(self) -> None:
        """Kill it with all that it has started, whatever that is doing."""
        await self._stop_listening()
        family = _descendants(self.pid) if self.is_alive else []
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        await self._watch
        self._scratch.cleanup()

    async def _close_when_gone(self) -> None:
        """Close the pipes of a process that has gone: others that hold them must hold nobody up.

        asyncio's own waiting ends only with the pipes.
        """
        while self.is_alive:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.wait([self._drain], timeout=GRACE)
        self._process._transport.close()  # type: ignore[attr-defined]
        await self._drain

    async def _keep_stderr(self) -> None:
        """Read on whatever comes, so that a worker that says much, in lines or not, never waits."""
        assert self._process.stderr is not None
        while said := await self._process.stderr.read(65536):
            self._said = (self._said + said)[-KEPT:]


def _descendants(pid: int) -> list[psutil.Process]:
    """What a process has started, those that lead a session of their own too."""
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return []


def _environment(offline: bool) -> dict[str, str]:
    """The app's environment, with data sets kept in memory and one thread until a request says more."""
    root = str(Path(experiments.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    ours = {"PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    defaults = {"HF_DATASETS_IN_MEMORY_MAX_SIZE": str(10**9), "OMP_NUM_THREADS": "1"}
    if offline:
        ours["HF_HUB_OFFLINE"] = "1"
    return {**defaults, **os.environ, **ours}
