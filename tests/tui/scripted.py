"""A small bank, workers that play a script, and what a screen shows as text."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, cast

import msgspec

from app.lab.pool import Pool
from app.tui.app import VivaApp
from app.tui.widgets.curves import Curves
from experiments.engine.events import PROTOCOL, Bye, Error, Eval, Event, Hello, Over, Raised, Statement, Step
from experiments.engine.request import Request

BRACKETS = "What do `[CLS]`, [/SEP], P[Y=1|x] and x[i:j] mean in [bold]this[/bold]?"

BANK = f"""
topic: The training loop
questions:
  - id: zero-grad
    number: 18
    level: advanced
    tags: [optimizer, gradients]
    question: What goes wrong if `optimizer.zero_grad()` is left out of the loop?
    answer: |
      The gradients **add up** across steps, so each step follows a stale sum.
    key_points:
      - {{point: gradients add up across steps, any: [add up, accumulate], hint: What does backward do?}}
      - {{point: the direction is stale, any: [stale, old gradients], hint: How old is what is followed?}}
    traps: [It only makes training slower.]
    lines: optimizer.zero_grad()
    experiment:
      variants:
        cleared: []
        piling up: [{{old: "        optimizer.zero_grad()\\n", new: ""}}]
      outcomes: {{diverges: the loss runs away, learns worse: it ends behind, learns anyway: no matter}}
      decide:
        - {{when: final_loss of piling up > 2 × final_loss of cleared, outcome: diverges}}
        - {{when: final_loss of piling up > 1.2 × final_loss of cleared, outcome: learns worse}}
        - {{otherwise: learns anyway}}
    predict:
      diverges: The loss runs away
      learns worse: It learns, only worse
      learns anyway: It learns just as well
    teaches: learns worse
    sources: ["https://docs.pytorch.org/docs/stable/optim.html"]
  - id: brackets
    number: 2
    level: basic
    tags: ["[tag]"]
    question: "{BRACKETS}"
    answer: "The [CLS] and [/SEP] tokens; P[Y=1|x] is a probability; x[i:j] a slice."
    key_points:
      - {{point: "[CLS] comes first", any: ["[CLS]"], hint: "[hint]"}}
    traps: ["[/SEP] closes [SEP]"]
    sources: ["https://huggingface.co/docs/tokenizers"]
"""


@dataclass(frozen=True)
class Asked:
    """What a request asks of one variant."""

    variant: str
    page: str
    settings: dict[str, Any]
    experiment: str | None


Script = Callable[[Asked], Sequence[Event | None]]


class ScriptedWorker:
    """Plays a script for each variant, side by side; `None` in one waits for `gate`."""

    pid = 0

    def __init__(self, pool: "ScriptedPool") -> None:
        self.pool = pool
        self.is_idle = True
        self.is_running = False
        self.is_alive = True
        self.last_words = ""

    async def events(self, request: bytes) -> AsyncIterator[Event]:
        whole = msgspec.json.decode(request, type=Request)
        asked = [
            Asked(variant, page, whole.settings, whole.experiment) for variant, page in whole.pages.items()
        ]
        self.pool.requests += asked
        self.is_idle = False
        scripts = [list(self.pool.script(one)) for one in asked]
        for script in scripts:
            for event in takewhile(lambda event: event is not None, script):
                if not isinstance(event, Bye):
                    yield cast(Event, event)
        if any(None in script for script in scripts):
            await self.pool.gate.wait()
        for one, script in zip(asked, scripts, strict=True):
            for event in script[script.index(None) + 1 :] if None in script else []:
                if not isinstance(event, Bye):
                    yield cast(Event, event)
            if isinstance(script[-1], Bye):
                yield Over(one.variant)
        self.is_idle = self.is_alive = all(isinstance(script[-1], Bye) for script in scripts)
        if self.is_idle:
            yield Bye(1.0, 10**8)

    async def send(self, line: bytes) -> None: ...

    async def how_it_ended(self) -> str:
        return "killed by SIGKILL"

    async def end(self) -> None:
        self.is_alive = False
        self.pool.ended.append(self)


class ScriptedPool(Pool):
    """Gives scripted workers; remembers what they were asked and which were ended."""

    def __init__(self, script: Script) -> None:
        super().__init__(size=2)
        self.script = script
        self.gate = asyncio.Event()
        self.requests: list[Asked] = []
        self.ended: list[ScriptedWorker] = []
        self.ahead: list[Request] = []
        self.given_up = 0

    async def warm(self, workers=0) -> None: ...

    async def go_ahead(self, request: Request) -> None:
        self.ahead.append(request)

    def stay_behind(self) -> None:
        self.given_up += 1

    async def take(self, *, offline: bool, request: bytes = b"") -> Any:
        return ScriptedWorker(self)


def hello(request: Asked) -> Hello:
    versions = dict.fromkeys(("torch", "transformers", "datasets", "evaluate", "accelerate"), "1.0")
    used = request.settings
    return Hello(
        PROTOCOL, request.experiment, {}, used["model"], used["data"], used["seed"], "cpu", 1, used, versions
    )


def steps(variant: str, losses: Sequence[float | None], norm: float = 1.0) -> list[Event | None]:
    """One step a loss, with a statement before the first."""
    told: list[Event | None] = [Statement(variant, 71, 71, None, 10**8)]
    for number, loss in enumerate(losses, 1):
        told.append(Step(variant, number, len(losses), loss, 1e-3, norm, 512, 64, 0.01))
    return told


def clean_run(request: Asked) -> list[Event | None]:
    """Both variants run; without zero_grad the loss stays."""
    worse = request.variant != "cleared"
    losses = [0.7 + (0.02 * i if worse else -0.007 * i) for i in range(60)]
    told = [hello(request), *steps(request.variant, losses, norm=30.0 if worse else 1.1)]
    return [*told, Eval(request.variant, 0.6 if worse else 0.84, 0.75, {}), Bye(1.0, 10**8)]


def waiting_run(request: Asked) -> list[Event | None]:
    """Stops after ten steps until the gate opens."""
    return [hello(request), *steps(request.variant, [0.7] * 10), None, *clean_run(request)[1:]]


def raising_run(request: Asked) -> list[Event | None]:
    """The changed page raises on its line."""
    if request.variant == "cleared":
        return clean_run(request)
    raised = Raised(request.variant, "ValueError", "shapes of [CLS] differ", 74)
    return [hello(request), *steps(request.variant, [0.7]), raised, Bye(1.0, 10**8)]


def dying_run(request: Asked) -> list[Event | None]:
    """The worker ends without `bye`."""
    return [hello(request), *steps(request.variant, [0.7] * 3)]


def failing_run(request: Asked) -> list[Event | None]:
    """The engine itself fails."""
    return [hello(request), Error("OSError", "no space left on [device]", "Traceback ..."), Bye(1.0, 10**8)]


async def until(pilot: Any, condition: Callable[[], bool]) -> None:
    """Let the app go on until the condition holds; the test's timeout ends a wait in vain."""
    while not condition():
        await pilot.pause(0.02)


async def drawn(pilot: Any) -> None:
    """Until every curve that is on the screen is drawn, not only asked to draw."""
    curves = pilot.app.screen.query(Curves)
    await until(pilot, lambda: all(not one.display or one._due is None for one in curves))
    await pilot.pause()


def seen(app: VivaApp) -> str:
    """All text on the screen, as a person would read it."""
    lines = app.screen._compositor.render_strips()[: app.size.height]
    return "\n".join("".join(segment.text for segment in line) for line in lines)
