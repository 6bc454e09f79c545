"""The process that runs pages: requests in on its standard input, events out on its standard output.

`python -m experiments.engine.worker` imports the libraries and waits. Each request runs in a family of forked
processes where the system can fork safely, so that the libraries are imported once and no run sees another;
elsewhere the process serves one request of one page and ends. Whatever prints goes to standard error, and
whatever reads finds nothing. When the standard input closes, all of it ends, wherever it is: no run outlives
the app.
"""

import faulthandler
import gc
import importlib
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import NoReturn

import msgspec

from experiments.engine import caches
from experiments.engine.events import Bye, Event, Over, Turn
from experiments.engine.family import CAN_FORK, Family, Output, adopt_descendants, end_descendants
from experiments.engine.lines import Lines
from experiments.engine.request import GIVE_UP, GO, Request
from experiments.engine.telling import LIBRARIES, errors_told, hello, tell_observed

LEADS_SESSION = os.getsid(0) == os.getpid()
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Serve requests until the standard input closes."""
    faulthandler.enable()
    asked, out = Lines(_private_input()), Output(_private_output())
    adopt_descendants()
    _import_libraries()
    gc.freeze()
    while (line := asked.next()) is not None:
        if line in (GO, GIVE_UP) or line.startswith(b'"'):
            continue  # the run that it was about is over
        began, memory = perf_counter(), 0
        with errors_told(out.write):
            request = msgspec.json.decode(line, type=Request)
            if CAN_FORK and request.looking:
                memory = _look(request, asked, out)
            elif CAN_FORK:
                memory = Family(request, asked, out, _end_all).serve()
            elif request.looking:
                _look_alone(request, asked, out)
            else:
                _serve(request, asked, out)
        memory = memory or getrusage(RUSAGE_SELF).ru_maxrss
        out.write(Bye(perf_counter() - began, memory * _RSS_UNIT))
        if not CAN_FORK:
            sys.stderr.flush()
            os._exit(0)


def _look(request: Request, asked: Lines, out: Output) -> int:
    from experiments.engine.snapshots import Keeper

    return Keeper(request, asked, out, _end_all).serve()


def _look_alone(request: Request, asked: Lines, out: Output) -> None:
    """Look into a request's one page in this process, which keeps no snapshots."""
    from experiments.engine.visit import Alone, Visit

    commands: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_take_commands, args=(asked, commands), daemon=True).start()
    (variant,) = request.pages
    with errors_told(lambda event: out.write(msgspec.structs.replace(event, variant=variant))):
        out.write(hello(request))
        caches.renew(Path.cwd() / "caches", local_data=request.local_data)
        Visit(request, Alone(variant, commands, out.write), out.write, 1).live()


def _take_commands(asked: Lines, commands: "queue.SimpleQueue[bytes]") -> None:
    """The end of the input is the end of the process."""
    while (line := asked.next()) is not None:
        commands.put(line)
    _end_all()


def _serve(request: Request, asked: Lines, out: Output) -> None:
    """Run a request's one page in this process."""
    from experiments.engine.runner import Runner

    turns = threading.Semaphore(0)
    threading.Thread(target=_watch_input, args=(asked, turns), daemon=True).start()
    (variant,) = request.pages

    def emit(event: Event) -> None:
        out.write(msgspec.structs.replace(event, variant=variant))

    def turn() -> None:
        if request.interleaved:
            emit(Turn(variant))
            turns.acquire()

    with errors_told(emit):
        out.write(hello(request))
        caches.renew(Path.cwd() / "caches", local_data=request.local_data)
        runner = Runner(request.pages[variant], request.settings["data"], emit, turn)
        tell_observed(request, runner, runner.run(), emit)
    emit(Over(variant))


def _end_all() -> NoReturn:
    """End with all that the run has started, such as the processes of a `map`."""
    end_descendants()
    if LEADS_SESSION:
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _import_libraries() -> None:
    """All that the page will import, so that a waiting worker shows its first step at once."""
    for module in (*LIBRARIES, "transformers.models.bert.modeling_bert", "experiments.engine.runner"):
        importlib.import_module(module)
    import datasets
    import tqdm
    import transformers

    tqdm.tqdm.monitor_interval = 0  # its thread would watch bars that are not shown, and be lost in a fork
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


def _watch_input(asked: Lines, turns: threading.Semaphore) -> None:
    """Each line is a turn; the end of the input is the end of the process."""
    while asked.next() is not None:
        turns.release()
    _end_all()


if __name__ == "__main__":
    main()
