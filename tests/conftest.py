"""What all tests share: no network, a home of their own, no fuzz in the schedule."""

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "1")

MRPC = Path(__file__).parent.parent.parent / "shared" / "mrpc"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A data directory that no other test has seen."""
    folder = tmp_path / "viva-home"
    monkeypatch.setenv("VIVA_HOME", str(folder))
    return folder


@pytest.fixture
def mrpc() -> Path:
    """The real MRPC splits; a test that needs them is skipped where they are missing."""
    if not MRPC.is_dir():
        pytest.skip("the folder with the real MRPC splits is not here")
    return MRPC
