"""How the bank bears 10,000 questions: `python -m bench.bank` prints the figures beside their peers'.

Every figure is taken in a process of its own, on files made up for it from a seed. All of it is one thread's
work on files that are in memory, so its CPU time is the wall time of a machine with a core to spare. Goals
and ratios are of CPU times.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import yaml

QUESTIONS = 10_000
FILES = 20
TEXT = """
gradient batch loss optimizer step scheduler tokenizer padding attention mask label encoder head dropout
evaluation metric accuracy learning rate warmup checkpoint device accumulate collate dataset column tensor
the a of and to is that with for on each after before when one both its why because until
"""
WORDS = TEXT.split()
QUERIES = (
    "gradient",
    "padding mask",
    "evaluation accur",
    "question 77",
    "zzz",
    "learning rate warmup device",
)
GOALS = {"cold load": 3.0, "cached load": 0.4, "keystroke, median": 0.03, "memory at peak": 250.0}


def write(folder: Path, questions: int = QUESTIONS, files: int = FILES, seed: int = 0) -> None:
    """A made-up bank: `questions` spread over `files`, of the length of real ones."""
    chance = random.Random(seed)
    for file in range(files):
        entries = [_entry(number, chance) for number in range(file, questions, files)]
        text = f"topic: Topic {file}\nquestions:\n{''.join(entries)}"
        (folder / f"topic-{file:02}.yaml").write_text(text, encoding="utf-8")


def _entry(number: int, chance: random.Random) -> str:
    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    points = "".join(
        f"      - point: {words(6)}\n        any: [{words(2)}, {words(1)}, {words(3)}]\n"
        f"        hint: {words(8)}\n"
        for _ in range(3)
    )
    answer = "".join(f"      {words(14)}\n" for _ in range(28))
    return (
        f"  - id: question-{number}\n    number: {number + 1}\n    level: advanced\n"
        f"    tags: [{words(1)}, {words(1)}]\n    question: {words(14)}?\n    answer: |\n{answer}"
        f"    key_points:\n{points}    follow_ups: [question-{(number * 7) % QUESTIONS}]\n"
        f"    traps:\n      - {words(10)}\n    sources: [https://example.org/{number}]\n"
    )


def measure(what: str, folder: Path) -> dict[str, float]:
    """One figure, in this process. The files are in memory already: the disk is nobody's merit."""
    files = sorted(folder.glob("*.yaml"))
    for file in files:
        file.read_bytes()
    if what == "peer: yaml.safe_load, one file":
        return _timed(lambda: yaml.safe_load(files[0].read_bytes()))
    if what == "peer: CSafeLoader":
        return _timed(lambda: [yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader) for file in files])
    from app.bank.load import load

    if what == "load, one file":
        return _timed(lambda: load([files[0]]))
    if what in ("cold load", "cached load"):
        return _timed(lambda: load([folder]))
    from app.bank.search import Search

    questions = load([folder]).questions
    if what == "peer: naive scan":
        return _keystrokes(
            lambda query: [q for q in questions if query in f"{q.question} {q.answer}".lower()]
        )
    return _keystrokes(Search(questions).find)


def _timed(work: Callable[[], object]) -> dict[str, float]:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def _keystrokes(find: Callable[[str], object]) -> dict[str, float]:
    """Each query typed letter by letter, several times over."""
    took, used = [], []
    for query in QUERIES * 3:
        for end in range(1, len(query) + 1):
            start, cpu = time.perf_counter(), time.process_time()
            find(query[:end])
            took.append(time.perf_counter() - start)
            used.append(time.process_time() - cpu)
    return {"seconds": median(took), "cpu": median(used), "p95": quantiles(took, n=20)[-1]}


def best(what: str, folder: Path, home: Path, rounds: int = 3) -> dict[str, float]:
    """The quickest of several new processes, so that a busy machine disturbs less."""
    runs = [child(what, folder, home) for _ in range(rounds)]
    return {name: min(run[name] for run in runs) for name in runs[0]}


def child(what: str, folder: Path, home: Path) -> dict[str, float]:
    """One figure, in a new process; a cold load leaves no cache to the next one."""
    if what in ("cold load", "load, one file"):
        shutil.rmtree(home, ignore_errors=True)
    environment = {**os.environ, "VIVA_HOME": str(home)}
    command = [sys.executable, "-m", "bench.bank", "--measure", what, str(folder)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=root)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder, home = Path(temporary) / "bank", Path(temporary) / "home"
        folder.mkdir()
        write(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{QUESTIONS:,} questions in {FILES} files, {size / 1e6:.1f} MB of YAML, best of 3 processes\n")
        one = best("load, one file", folder, home)
        cold = best("cold load", folder, home)
        cached = best("cached load", folder, home)
        keys = best("keystrokes", folder, home)
        pure = child("peer: yaml.safe_load, one file", folder, home)
        fast = child("peer: CSafeLoader", folder, home)
        naive = best("peer: naive scan", folder, home)
    peak = max(cold["memory"], cached["memory"], keys["memory"])
    table: list[tuple[str, float, float | None, str]] = [
        ("cold load", cold["seconds"], cold["cpu"], f"{_ratio(fast, cold)} as fast as yaml.CSafeLoader"),
        ("  one file", one["seconds"], one["cpu"], f"{_ratio(pure, one)} as fast as yaml.safe_load"),
        ("cached load", cached["seconds"], cached["cpu"], f"{_ratio(cold, cached)} as fast as a cold one"),
        ("keystroke, median", keys["seconds"], keys["cpu"], f"{_ratio(naive, keys)} as fast as a naive scan"),
        ("keystroke, 95 %", keys["p95"], None, f"{naive['p95'] / keys['p95']:.1f}× as fast as a naive scan"),
        ("memory at peak", peak, None, f"{peak / fast['memory']:.1f}× what yaml.CSafeLoader takes"),
    ]
    met = True
    print(f"{'':<20}{'wall':>10}{'CPU':>10}   {'goal':<10}")
    for name, value, cpu, ratio in table:
        goal, unit = GOALS.get(name), "MB" if "memory" in name else "s"
        met &= goal is None or (value if cpu is None else cpu) < goal
        used = "" if cpu is None else f"{cpu:.3f} s"
        wanted = f"< {goal:g} {unit}" if goal else ""
        print(f"{name:<20}{f'{value:.3f} {unit}':>10}{used:>10}   {wanted:<10}{ratio}")
    return 0 if met else 1


def _ratio(peer: dict[str, float], ours: dict[str, float]) -> str:
    return f"{peer['cpu'] / ours['cpu']:.1f}×"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        figures = measure(sys.argv[2], Path(sys.argv[3]))
        figures["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(figures))
    else:
        sys.exit(main())
