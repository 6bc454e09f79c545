"""Nothing that lies about in a home can make the tests or the continuous integration pass or fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.changing import CARD, relabelled, rewrite

ROOT = Path(__file__).parent.parent
LABELS = """
import sys
from datasets import load_dataset
print("labels", set(load_dataset(sys.argv[1])["train"]["label"]))
"""
MAKE = """\
#!/bin/sh
env > "$SEEN"
ls -A "$HOME" > "$SEEN.home"
"""


@pytest.fixture
def lived_in(tmp_path: Path) -> dict[str, str]:
    """An environment whose home has settings and caches in it."""
    home = tmp_path / "home"
    (home / ".config" / "pip").mkdir(parents=True)
    (home / ".config" / "pip" / "pip.conf").write_text("[global]\n")
    kept = {name: str(home / name.lower()) for name in ("HF_HOME", "HF_DATASETS_CACHE", "VIVA_HOME")}
    return {**os.environ, **kept, "HOME": str(home), "ACCELERATE_MIXED_PRECISION": "bf16"}


def test_the_tests_do_not_see_what_the_homes_cache_holds(lived_in: dict[str, str], tmp_path: Path) -> None:
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    (pairs / "README.md").write_text(CARD)
    for split in ("train", "validation"):
        (pairs / f"{split}.csv").write_text("sentence1,sentence2,label\na,b,0\n")

    def loaded(first: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", first + LABELS, str(pairs)],
            capture_output=True, text=True, env=lived_in, cwd=ROOT, check=True, timeout=120,
        )  # fmt: skip
        return done.stdout.strip()

    assert loaded("") == "labels {0}"
    rewrite(pairs / "train.csv", relabelled)
    assert loaded("") == "labels {0}", "the cache does not stand in for the file: this test shows nothing"
    assert loaded("import tests.conftest\n") == "labels {1}"


def test_the_continuous_integration_works_in_an_empty_home(lived_in: dict[str, str], tmp_path: Path) -> None:
    make, seen = tmp_path / "bin" / "make", tmp_path / "seen"
    make.parent.mkdir()
    make.write_text(MAKE)
    make.chmod(0o755)
    for name in [name for name in lived_in if name.startswith("PIP_")]:
        del lived_in[name]
    path = f"{make.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [ROOT / ".ci" / "run"], env={**lived_in, "PATH": path, "SEEN": str(seen)}, check=True, timeout=60
    )
    lines = seen.read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    assert Path(f"{seen}.home").read_text() == ""
    assert found["HOME"] != lived_in["HOME"] and not Path(found["HOME"]).exists(), (
        "it is left as it was found"
    )
    assert found["HF_HUB_OFFLINE"] == "1"
    assert not {"HF_HOME", "HF_DATASETS_CACHE", "VIVA_HOME", "ACCELERATE_MIXED_PRECISION"} & set(found)
    assert found["PIP_CONFIG_FILE"] == f"{lived_in['HOME']}/.config/pip/pip.conf"
    assert found["PIP_CACHE_DIR"] == f"{lived_in['HOME']}/.cache/pip"
