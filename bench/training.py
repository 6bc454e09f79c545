"""Training steps of the page beside their peers', and at more examples."""

import csv
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.figures import Figure, of_speed, of_times
from bench.turns import take_turns
from experiments.engine.sources import BUNDLED

ROUNDS = 12
SIZES = (1, 2, 4, 8)


def beside_peers(environment: Mapping[str, str]) -> list[Figure]:
    names = ("page", "bare", "trainer", "walkthrough")
    took = take_turns({name: [name] for name in names}, ROUNDS, environment)
    milliseconds = {name: [seconds * 1000 for seconds in took[name]] for name in names}
    what = "training steps of the page, as viva runs it"
    peers = {
        "bare": ("a bare loop on collated batches", 0.97),
        "trainer": ("transformers.Trainer", 1.1),
        "walkthrough": ("the walkthrough as usually written", 1.5),
    }
    return [
        of_speed(what, against, milliseconds["page"], milliseconds[name], "ms a step", at_least=limit)
        for name, (against, limit) in peers.items()
    ]


def at_more_examples(environment: Mapping[str, str]) -> list[Figure]:
    """The same page on the bundled corpus, its training rows there once, twice, four and eight times."""
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name:
        folders = {size: _corpus(Path(name) / str(size), size) for size in SIZES}
        contenders = {str(size): ["page", str(folder)] for size, folder in folders.items()}
        took = take_turns(contenders, ROUNDS, environment)
    milliseconds = {size: [seconds * 1000 for seconds in took[str(size)]] for size in SIZES}
    return [
        of_times(
            f"time per step at {size} × the examples",
            "at 1 ×",
            milliseconds[size],
            milliseconds[1],
            "ms",
            at_most=1.05,
        )
        for size in SIZES[1:]
    ]


def _corpus(folder: Path, size: int) -> Path:
    folder.mkdir()
    source = BUNDLED / "corpus"
    for name in ("README.md", "validation.csv"):
        shutil.copy(source / name, folder)
    with (source / "train.csv").open(newline="", encoding="utf-8") as file:
        heading, *rows = csv.reader(file)
    with (folder / "train.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heading, *(row for _ in range(size) for row in rows)])
    return folder
