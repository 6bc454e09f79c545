"""Measures viva beside its peers: `python -m bench.performance` prints the table and keeps its figures.

They are kept in build/performance.json. Each figure is a ratio to a peer that is measured in the same run, by
turns with it: a machine that is busy or slow hits both. `--page` writes docs/performance.json and the
table of docs/performance.md from what is kept.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from app.format import markdown_table
from app.lab.machine import cores
from app.study.progress import write_whole
from bench import lookups, racing, terminal, training, workers
from bench.figures import COLUMNS, Figure, as_data, from_data, text_table
from bench.turns import ROOT

KEPT = ROOT / "build" / "performance.json"
DATA, PAGE = ROOT / "docs" / "performance.json", ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: written by `make bench-page` -->\n", "<!-- end of what is measured -->\n"
OTHERS = ("HF_", "HUGGINGFACE_", "TRANSFORMERS_", "ACCELERATE_", "VIVA_", "XDG_")

Row = Callable[[Mapping[str, str]], list[Figure]]


def rows(home: Path) -> dict[str, Row]:
    """What is measured, by the name that asks for it."""
    return {
        "training": training.beside_peers,
        "first step": lambda environment: [asyncio.run(racing.to_the_first_step())],
        "verdict": lambda environment: asyncio.run(racing.to_the_verdict(environment)),
        "cold": lambda environment: [racing.cold(environment)],
        "sharing": lambda environment: [asyncio.run(racing.sharing())],
        "slowest": lambda environment: [asyncio.run(racing.slowest())],
        "paint": lambda environment: terminal.first_paint(
            environment, terminal.install_posting(home / "posting")
        ),
        "keys": terminal.key_presses,
        "search": lambda environment: [lookups.figure(environment)],
        "examples": training.at_more_examples,
        "memory": lambda environment: [terminal.memory(environment), asyncio.run(workers.figure())],
    }


def measure(names: list[str], home: Path) -> Iterator[Figure]:
    """The figures of these rows, or of all. What fails is said and left out."""
    environment = _leave_home(home)
    for name, row in rows(home).items():
        if names and name not in names:
            continue
        began = time.perf_counter()
        try:
            yield from row(environment)
        except Exception as problem:
            print(f"{name} left out: {type(problem).__name__}: {problem}", file=sys.stderr)
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _leave_home(home: Path) -> dict[str, str]:
    """Go to an empty home, so that nothing that lies about counts. Gives the environment from then on."""
    for name in [name for name in os.environ if name.startswith(OTHERS)]:
        del os.environ[name]
    os.environ.update(HOME=str(home), VIVA_HOME=str(home / "viva"), HF_HUB_OFFLINE="1", OMP_NUM_THREADS="1")
    os.chdir(home)
    return dict(os.environ)


def told(figures: list[Figure]) -> dict[str, Any]:
    """What is kept of a run: when and where it was, and its figures."""
    processor = platform.processor() or platform.machine()
    return {
        "date": str(date.today()),
        "processor": processor,
        "cores": cores(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "figures": as_data(figures),
    }


def page(text: str, data: Mapping[str, Any]) -> str:
    """The page with what was measured put between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    figures = from_data(data["figures"])
    reached = sum(figure.is_reached for figure in figures)
    where = f"{data['cores']} cores, {data['processor']}, Python {data['python']}"
    lines = [
        f"Measured on {data['date']}, {where}: {reached} of {len(figures)} limits reached.",
        "",
        *markdown_table(COLUMNS, [figure.cells() for figure in figures]),
    ]
    return before + BEGIN + "\n".join(lines) + "\n" + END + after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of: {', '.join(rows(Path()))}")
    parser.add_argument("--page", action="store_true", help="write the page from what is kept")
    given = parser.parse_args()
    if given.page:
        data = json.loads(KEPT.read_text(encoding="utf-8"))
        write_whole(DATA, (json.dumps(data, indent=1) + "\n").encode())
        write_whole(PAGE, page(PAGE.read_text(encoding="utf-8"), data).encode())
        return
    home = Path(tempfile.mkdtemp(prefix="viva-bench-"))
    try:
        figures = list(measure(given.rows, home))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(text_table(figures))
    if not given.rows:
        KEPT.parent.mkdir(exist_ok=True)
        write_whole(KEPT, (json.dumps(told(figures), indent=1) + "\n").encode())
        print(f"\nkept in {KEPT.relative_to(ROOT)}; `make bench-page` writes docs/performance.md from it")


if __name__ == "__main__":
    main()
