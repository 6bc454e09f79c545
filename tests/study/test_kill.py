"""A kill at any moment loses no rating that was confirmed. `VIVA_KILLS=1000` for the long run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.study.records import Review
from app.study.store import FILE_NAME, Store

KILLS = int(os.environ.get("VIVA_KILLS", "25"))
A_FRESH_STORE_EVERY = 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the ratings are made in forked processes")
@pytest.mark.timeout(3600)
def test_every_confirmed_rating_survives_sigkill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random()
    rater = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("rate_until_killed.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    confirmed: dict[Path, set[str]] = {}
    for n in range(KILLS):
        path = tmp_path / f"{n // A_FRESH_STORE_EVERY}" / FILE_NAME
        confirmed.setdefault(path, set()).update(_rate_and_kill(rater, path, rng))
        _check(path, confirmed[path])
    assert rater.stdin is not None
    rater.stdin.close()
    assert rater.wait(timeout=30) == 0
    total = sum(map(len, confirmed.values()))
    assert total > 0
    with capsys.disabled():
        print(f"\n{KILLS} kills, {total} confirmed ratings, none lost")


def _rate_and_kill(rater: subprocess.Popen, path: Path, rng: random.Random) -> set[str]:
    """Let a process rate, kill it at a random moment, and return the ids that it confirmed."""
    assert rater.stdin is not None
    assert rater.stdout is not None
    rater.stdin.write(f"{path}\n")
    rater.stdin.flush()
    ids: set[str] = set()
    pid, wanted = 0, rng.randint(0, 12)
    while not pid or len(ids) < wanted:
        word = rater.stdout.readline().split()
        if word[0] == "pid":
            pid = int(word[1])
        else:
            assert word[0] != "gone", "the rater ended by itself"
            ids.add(word[0])
    end = time.perf_counter() + rng.uniform(0, 0.006)
    while time.perf_counter() < end:
        pass
    os.kill(pid, signal.SIGKILL)
    while (word := rater.stdout.readline().split())[0] != "gone":
        ids.add(word[0])
    assert word[1] == str(-signal.SIGKILL)
    return ids


def _check(path: Path, confirmed: set[str]) -> None:
    with Store(path) as store:
        assert store.check() == []
        assert store.notices == []
        kept = {review.id for review in store.all(Review)}
    assert confirmed <= kept
