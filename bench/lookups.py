"""Search as one types it, over 10,000 questions and over 100: from a key to the last of what it changes."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

from bench.bank import write
from bench.figures import Figure, of_times
from bench.terminal import Terminal, viva

SIZES = (100, 10_000)
TYPED = ("padding mask", "evaluation accur", "question 77", "learning rate")
LOADING_SECONDS = 60.0
CLEAR = b"\x15"
"""ctrl+u: all that was typed is gone."""


def figure(environment: Mapping[str, str]) -> Figure:
    """By turns, key by key, in two apps."""
    took: dict[int, list[float]] = {size: [] for size in SIZES}
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name, ExitStack() as stack:
        apps = {}
        for size in SIZES:
            folder = Path(name) / str(size)
            folder.mkdir()
            write(folder, size)
            command = [*viva(), "--bank", str(folder)]
            apps[size] = stack.enter_context(Terminal(command, environment))
            apps[size].until(b"viva", LOADING_SECONDS)
            apps[size].settle()
            apps[size].press_and_settle(b"/")
        for typed in TYPED:
            for letter in typed:
                for size, app in apps.items():
                    took[size].append(app.press_and_settle(letter.encode()) * 1000)
            for app in apps.values():
                app.press_and_settle(CLEAR)
    few, many = (quantiles(took[size], n=100)[-1] for size in SIZES)
    what = f"search over {SIZES[1]:,} questions, per key, 99th percentile"
    return of_times(what, f"over {SIZES[0]}", [many], [few], "ms", at_most=3.0)
