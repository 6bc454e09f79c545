"""A worker that is looked into, by a script: every line of the page in turn, and a text for each name."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from app.tui.app import VivaApp
from app.tui.screens.lab import LabScreen
from app.tui.screens.look import LookScreen
from experiments.engine.events import Bye, Error, Event, Looked, Raised, Value
from experiments.engine.names import names_on
from experiments.engine.places import Outline, Path, outline, place_of
from experiments.engine.request import Command, Finish, Go, Leave, Move, Record, Request
from tests.tui.scripted import Asked, ScriptedPool, ScriptedWorker, clean_run, hello, until

ROUNDS = 3


def paths(page: str) -> list[Path]:
    """The places of a run of three rounds of each loop."""
    shape: Outline = outline(page)
    found = {
        (*(part for loop, round in zip(chain, rounds, strict=True) for part in (loop.line, round)), line)
        for line, chain in shape.around.items()
        for rounds in [(1,) * (len(chain) - 1) + (n,) * bool(chain) for n in range(1, ROUNDS + 1)]
    }
    return sorted(found)


class LookingWorker(ScriptedWorker):
    """Goes where it is told to; from round 2 on its gradients are its own, and `slow` waits for the gate."""

    pool: "LookingPool"

    def __init__(self, pool: "LookingPool") -> None:
        super().__init__(pool)
        self._asked: asyncio.Queue[Command] = asyncio.Queue()

    async def events(self, request: bytes) -> AsyncIterator[Event]:
        whole = msgspec.json.decode(request, type=Request)
        ((variant, page),) = whole.pages.items()
        assert whole.looking
        self.is_idle = False
        places, at = paths(page), 0
        yield hello(Asked(variant, page, whole.settings, whole.experiment))
        yield self._looked(variant, page, places, at, None)
        while not isinstance(command := await self._asked.get(), Leave):
            before = at
            match command:
                case Go(line=line, round=round):
                    wanted = [n for n, path in enumerate(places) if place_of(path)[0] == line]
                    at = next((n for n in wanted if round in (None, place_of(places[n])[1])), len(places))
                case Move(by=by):
                    at = max(0, min(len(places), at + by))
                case Record():
                    yield Error("OSError", "no space left on [device]")
                    return
                case Finish():
                    await self.pool.gate.wait()
                    at = len(places)
                    if self.pool.raises and variant != "cleared":
                        yield Raised(variant, "ValueError", "shapes of [CLS] differ", 74)
            yield self._looked(variant, page, places, at, command.names, back=at < before)
        self.is_idle = True
        yield Bye(1.0, 10**8)

    def _looked(
        self,
        variant: str,
        page: str,
        places: list[Path],
        at: int,
        names: list[str] | None,
        back: bool = False,
    ) -> Looked:
        path = places[at] if at < len(places) else ()
        if names is None:
            names = names_on(page, path[-1]) if path else []
        values = [_value(name, variant, path) for name in names]
        return Looked(variant, at + 1, list(path), values, came="snapshot" if back else "on")

    async def send(self, line: bytes) -> None:
        self._asked.put_nowait(msgspec.json.decode(line, type=Command))


class LookingPool(ScriptedPool):
    """Gives workers that are looked into."""

    def __init__(self) -> None:
        super().__init__(clean_run)
        self.raises = False

    async def take(self, *, offline: bool) -> Any:
        return LookingWorker(self)


def _value(name: str, variant: str, path: Path) -> Value:
    """A loss that the variants differ in from round 2 on; all else is the same in both."""
    round = path[-2] if len(path) > 1 else 0
    if name == "loss":
        loss = 0.7 - 0.01 * round + (0.05 if variant != "cleared" and round > 1 else 0)
        return Value(name, f"{loss:.4g}  grad_fn NllLoss", {"value": loss}, f"{loss:.4g}")
    if name == "accelerator":
        return Value(name, "Accelerator  cpu")
    if name == "batch":
        pair = [("[CLS]", 0, True), ("a", 0, True), ("[SEP]", 0, True), ("b", 1, True), ("[SEP]", 1, True)]
        return Value(name, "BatchEncoding", {}, "same", inside={"pairs": [[*pair, ("[PAD]", 0, False)]]})
    if name == "outputs":
        return Value(name, "not set yet", missing=True)
    return Value(name, f"what {name} holds: [CLS] int64  [16, 80]  0…11,760", {}, "same")


async def opened(app: VivaApp, pilot: Any, *, raises: bool = False) -> LookScreen:
    """The screen on the small bank's experiment, stopped at the first round of the training loop."""
    app.context.pool = pool = LookingPool()
    pool.raises = raises
    lab = LabScreen(app.context, app.context.bank.by_id["zero-grad"])
    await app.push_screen(lab)
    assert lab._plan is not None
    screen = LookScreen(lab._plan, pool, "piling up")
    await app.push_screen(screen)
    await until(pilot, lambda: screen.state == "stopped")
    return screen
