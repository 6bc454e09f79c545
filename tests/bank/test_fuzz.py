"""Whatever is done to a file, loading and checking ends in clear problems: no traceback, no hang, no effect.

`VIVA_FUZZ` sets how many are tried; `python -m tests.bank.test_fuzz 10000` tells the worst figures.
"""

import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from app.bank.check import check
from tests.bank.corrupt import SOUND, spoil

COUNT = int(os.environ.get("VIVA_FUZZ", "300"))
MOST_SECONDS = 2.0
MOST_MEGABYTES = 500.0


def write(seed: int, folder: Path) -> None:
    """One corruption as a file."""
    (folder / "spoiled.yaml").write_bytes(spoil(random.Random(seed)))


def survive(seed: int, folder: Path) -> float:
    """Load and check the corruption in a folder; gives the CPU seconds that it took."""
    path = folder / "spoiled.yaml"
    start = time.process_time()
    problems = check([path])
    seconds = time.process_time() - start
    for problem in problems:
        told = problem.format()
        assert problem.line >= 1 and problem.column >= 1, f"seed {seed}"
        assert problem.found and problem.expected, f"seed {seed}"
        assert len(told) < 3000, f"seed {seed}"
        assert told.replace("\n", "").isprintable(), f"seed {seed}"
    assert sorted(entry.name for entry in folder.iterdir()) == ["spoiled.yaml"], f"seed {seed}"
    return seconds


def test_corrupted_files_end_in_clear_problems(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for seed in range(COUNT):
        write(seed, folder)
        assert survive(seed, folder) < MOST_SECONDS, f"seed {seed}"


def test_most_corruptions_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "spoiled.yaml"
    noticed = 0
    for seed in range(100):
        path.write_bytes(spoil(random.Random(seed)))
        noticed += any(problem.severity == "error" for problem in check([path]))
    path.write_bytes(SOUND)
    assert noticed > 60
    assert [problem for problem in check([path]) if problem.severity == "error"] == []


def main(count: int) -> None:
    """Try many, and print the slowest and the memory at peak."""
    slowest: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["VIVA_HOME"] = f"{temporary}/home"
        folder = Path(temporary) / "pack"
        folder.mkdir()
        os.chdir(folder)
        for seed in range(count):
            spoiling = multiprocessing.Process(
                target=write, args=(seed, folder)
            )  # its memory is not the loader's
            spoiling.start()
            spoiling.join()
            slowest = sorted([*slowest, (survive(seed, folder), seed)], reverse=True)[:5]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = ", ".join(f"{seconds:.2f} s (seed {seed})" for seconds, seed in slowest)
    assert slowest[0][0] < MOST_SECONDS and peak < MOST_MEGABYTES, f"{told}; peak memory {peak:.0f} MB"
    print(f"{count:,} corruptions survived; slowest {told}; peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
