"""Search per key over 10,000 questions and over 100, by turns in one process."""

import tempfile
import time
from pathlib import Path
from statistics import quantiles

from app.bank.load import load
from app.bank.search import Search
from bench.bank import QUERIES, write
from bench.figures import Figure, of_times

SIZES = (100, 10_000)
ROUNDS = 5


def figure() -> Figure:
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name:
        searches = {size: _search(Path(name) / str(size), size) for size in SIZES}
    slowest: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        took: dict[int, list[float]] = {size: [] for size in SIZES}
        for query in QUERIES:
            for end in range(1, len(query) + 1):
                for size, search in searches.items():
                    began = time.perf_counter()
                    search.find(query[:end])
                    took[size].append((time.perf_counter() - began) * 1000)
        for size, each in took.items():
            slowest[size].append(quantiles(each, n=100)[-1])
    few, many = SIZES
    what = f"search over {many:,} questions, per key, 99th percentile"
    return of_times(what, f"over {few}", slowest[many], slowest[few], "ms", at_most=3.0)


def _search(folder: Path, size: int) -> Search:
    folder.mkdir()
    write(folder, size)
    return Search(load([folder]).questions)
