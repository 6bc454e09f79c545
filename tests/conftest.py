"""What all tests share: no network, a home of their own, no fuzz in the schedule."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

OTHERS = ("HF_", "HUGGINGFACE_", "TRANSFORMERS_", "ACCELERATE_", "VIVA_", "XDG_")
"""How the variables begin that say where the libraries and viva keep things."""


def _leave_home() -> None:
    """Go to an empty home, before any library is imported that would look there or at its variables."""
    for name in [name for name in os.environ if name.startswith(OTHERS)]:
        del os.environ[name]
    os.environ["HOME"] = tempfile.mkdtemp(prefix="viva-home-")
    atexit.register(shutil.rmtree, os.environ["HOME"], ignore_errors=True)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", "1")


_leave_home()

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--monkeys", type=int, default=2, help="How many random players use the app.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "monkey" in metafunc.fixturenames:
        metafunc.parametrize("monkey", range(metafunc.config.getoption("monkeys")))
