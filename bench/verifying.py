"""`viva verify` of every answer, here and as of another commit: `python -m bench.verifying COMMIT`.

Both verify the answers with one seed, a few at a time by turns, so that a busy machine hits both.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.bank import OWN
from app.bank.load import load
from bench.figures import of_times, text_table
from bench.turns import ROOT

PARTS = 4


def main(commit: str) -> None:
    with tempfile.TemporaryDirectory(prefix="viva-verifying-") as name:
        there = Path(name) / "viva"
        _git("worktree", "add", "--detach", str(there), commit)
        try:
            names = sorted(_answers(ROOT) & _answers(there))
            ours, theirs = [], []
            for part in range(PARTS):
                asked = names[part::PARTS]
                theirs.append(_verify(there, asked, Path(name) / "home"))
                ours.append(_verify(ROOT, asked, Path(name) / "home"))
        finally:
            _git("worktree", "remove", "--force", str(there))
    what = f"viva verify, {len(names)} answers, one seed, in {PARTS} parts"
    print(text_table([of_times(what, commit, ours, theirs, at_most=0.5)]))


def _answers(root: Path) -> set[str]:
    bank = load([root / OWN.relative_to(ROOT)])
    return {question.id for question in bank.questions if question.experiment}


def _verify(root: Path, names: Sequence[str], home: Path) -> float:
    """Seconds. Raises RuntimeError where it fails rather than says that an answer is not confirmed."""
    command = [sys.executable, "-P", "-m", "app.cli", "verify", *names, "--seeds", "1", "--json"]
    own = {"PYTHONPATH": str(root), "HF_HUB_OFFLINE": "1", "HOME": str(home), "VIVA_HOME": str(home / "viva")}
    home.mkdir(exist_ok=True)
    began = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **own}, cwd=home, capture_output=True, text=True)
    took = time.perf_counter() - began
    agreed = [json.loads(line)["agrees"] for line in done.stdout.splitlines()]
    print(f"{root}: {sum(agreed)} of {len(agreed)} confirmed in {took:.0f} s", file=sys.stderr)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"viva verify ended with {done.returncode}: {done.stderr[-500:]}")
    return took


def _git(*words: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True)


if __name__ == "__main__":
    main(sys.argv[1])
