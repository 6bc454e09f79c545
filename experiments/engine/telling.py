"""What a worker tells of a run besides what its page does: what runs on what, errors, what was observed."""

import importlib
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec

from experiments.engine.events import PROTOCOL, Error, Event, Hello, Observed
from experiments.engine.request import Request
from experiments.engine.sources import SourceError

if TYPE_CHECKING:
    from experiments.engine.runner import Runner

LIBRARIES = ("torch", "transformers", "datasets", "evaluate", "accelerate")
Emit = Callable[[Event], None]


def hello(request: Request) -> Hello:
    """What is run on what; sets the number of threads on the way. The app knows the differences itself."""
    import torch

    torch.set_num_threads(request.threads)
    return Hello(
        protocol=PROTOCOL,
        experiment=request.experiment,
        variants=dict.fromkeys(request.pages, ""),
        model=request.settings["model"],
        data=request.settings["data"],
        seed=request.settings["seed"],
        device=device(),
        threads=torch.get_num_threads(),
        settings=request.settings,
        libraries={name: version(name) for name in LIBRARIES},
    )


def device() -> str:
    """Where accelerate will put the model: cuda, mps or cpu."""
    import torch

    if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes"):
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def errors_told(emit: Emit) -> Iterator[None]:
    """Tells an exception of viva's own, or of what was asked for, as an event."""
    try:
        yield
    except SourceError as problem:
        emit(Error("SourceError", str(problem), input=True))
    except Exception as problem:
        tail = "".join(traceback.format_exception(problem))[-4000:]
        emit(Error(type(problem).__name__, str(problem), tail))


def tell_observed(request: Request, runner: "Runner", finished: bool, emit: Emit) -> None:
    """Let the experiment look at what its page left behind. `finished`: the page ran to its end."""
    if not request.module:
        return
    try:
        values = importlib.import_module(request.module).observe(runner.left)
    except AttributeError:
        if finished:
            raise
        return  # the page raised before it made what would have been looked at
    emit(Observed("", msgspec.to_builtins(values, enc_hook=_plain)))


def _plain(value: Any) -> Any:
    """A tensor's or an array's number as Python's own; anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)
