"""The process that runs pages: requests in on its standard input, events out on its standard output.

`python -m experiments.engine.worker` imports the libraries and waits. Each request runs in a child of its own
where the system can fork safely, so that the libraries are imported once and no run sees another; elsewhere
the process serves one request and ends. Whatever prints goes to standard error, and whatever reads finds
nothing. When the standard input closes, all of it ends, wherever it is: no run outlives the app.
"""

import faulthandler
import gc
import importlib
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from importlib.metadata import version
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any, NoReturn

import msgspec

from experiments.engine import caches
from experiments.engine.events import PROTOCOL, Bye, Error, Event, Hello, Observed, Turn, encode
from experiments.engine.request import Request
from experiments.engine.sources import SourceError

LIBRARIES = ("torch", "transformers", "datasets", "evaluate", "accelerate")
CAN_FORK = hasattr(os, "pidfd_open")
LEADS_SESSION = os.getsid(0) == os.getpid()
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Serve requests until the standard input closes."""
    faulthandler.enable()
    asked, out = _private_input(), _private_output()
    _import_libraries()
    gc.freeze()
    for line in _lines(asked):
        began = perf_counter()
        if CAN_FORK:
            memory = _in_child(line, asked, out)
            _write(out, Bye(perf_counter() - began, memory * _RSS_UNIT))
        else:
            _serve(line, asked, out)
            caches.remove(os.getpid())
            _write(out, Bye(perf_counter() - began, getrusage(RUSAGE_SELF).ru_maxrss * _RSS_UNIT))
            _end()


def _in_child(line: bytes, asked: int, out: int) -> int:
    """Fork, hand on what the app sends, wait. Gives the child's peak memory as the system counts.

    A child that did not end well takes this process along. `bye` is not the child's to say: what comes
    after it must find nobody but this process reading.
    """
    child_input, to_child = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(to_child)
        os.close(asked)
        _serve(line, child_input, out)
        _end()
    os.close(child_input)
    ended = os.pidfd_open(child)
    while ended not in (ready := select.select([asked, ended], [], [])[0]):
        data = os.read(asked, 65536) if asked in ready else b""
        if not data:
            os.kill(child, signal.SIGKILL)
            _end_group()
        os.write(to_child, data)
    os.close(ended)
    os.close(to_child)
    _, status, usage = os.wait4(child, 0)
    caches.remove(child)
    if (code := os.waitstatus_to_exitcode(status)) != 0:
        os._exit(code if code > 0 else 128 - code)
    return usage.ru_maxrss


def _end() -> NoReturn:
    """The libraries' threads and exit handlers have nothing left to save."""
    sys.stderr.flush()
    os._exit(0)


def _end_group() -> NoReturn:
    """End with all that the run has started, such as the processes of a `map`."""
    caches.remove_all()
    if LEADS_SESSION:
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _serve(line: bytes, asked: int, out: int) -> None:
    """Run one request and tell its events, all but `bye`."""
    turns = threading.Semaphore(0)
    threading.Thread(target=_watch_input, args=(asked, turns), daemon=True).start()

    def emit(event: Event) -> None:
        _write(out, event)

    try:
        _run(msgspec.json.decode(line, type=Request), emit, turns)
    except SourceError as problem:
        emit(Error("SourceError", str(problem), input=True))
    except Exception as problem:
        tail = "".join(traceback.format_exception(problem))[-4000:]
        emit(Error(type(problem).__name__, str(problem), tail))


def _run(request: Request, emit: Callable[[Event], None], turns: threading.Semaphore) -> None:
    from experiments.engine.runner import Runner

    caches.renew(local_data=request.local_data)
    emit(_hello(request))

    def turn() -> None:
        if request.interleaved:
            emit(Turn(request.variant))
            turns.acquire()

    runner = Runner(request.page, request.variant, request.settings["data"], emit, turn)
    ran_to_its_end = runner.run()
    if request.module:
        try:
            values = importlib.import_module(request.module).observe(runner.left)
        except AttributeError:
            if ran_to_its_end:
                raise
            return  # the page raised before it made what would have been looked at
        emit(Observed(request.variant, msgspec.to_builtins(values, enc_hook=_plain)))


def _hello(request: Request) -> Hello:
    import torch

    torch.set_num_threads(request.threads)
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    return Hello(
        protocol=PROTOCOL,
        experiment=request.experiment,
        variants={request.variant: request.diff},
        model=request.settings["model"],
        data=request.settings["data"],
        seed=request.settings["seed"],
        device="cpu" if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes") else device,
        threads=torch.get_num_threads(),
        settings=request.settings,
        libraries={name: version(name) for name in LIBRARIES},
    )


def _import_libraries() -> None:
    """All that the page will import, so that a waiting worker shows its first step at once."""
    for module in (*LIBRARIES, "transformers.models.bert.modeling_bert", "experiments.engine.runner"):
        importlib.import_module(module)
    import datasets
    import transformers

    for name in ("AutoModelForSequenceClassification", "AutoTokenizer", "DataCollatorWithPadding"):
        getattr(transformers, name)
    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()


def _private_input() -> int:
    """A descriptor for what the app sends; a page that asks for input finds its end."""
    private = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return private


def _private_output() -> int:
    """A descriptor for the events alone; what prints goes to standard error."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    return private


def _write(out: int, event: Event) -> None:
    data = encode(event)
    while data:
        data = data[os.write(out, data) :]


def _lines(asked: int) -> Iterator[bytes]:
    """The lines that the app sends, read without a buffer that would hide what follows from `select`."""
    rest = b""
    while data := os.read(asked, 65536):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _watch_input(asked: int, turns: threading.Semaphore) -> None:
    """Each line is a turn; the end of the input is the end of the process."""
    while data := os.read(asked, 65536):
        turns.release(data.count(b"\n"))
    _end_group()


def _plain(value: Any) -> Any:
    """A tensor's or an array's number as Python's own; anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


if __name__ == "__main__":
    main()
