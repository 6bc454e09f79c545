"""A throw-away environment has the releases that were asked for, and all else from here."""

import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.lab.elsewhere import CannotMake, make

LOOK = "import click, platformdirs, importlib.metadata as m; print(m.version('platformdirs'), click.__file__)"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder that packages come from."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def release(index: Path, name: str, version: str, code: str) -> None:
    """Put a package with that code into the index."""
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": code,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    with ZipFile(index / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)


def test_it_has_the_release_that_was_asked_for_and_the_rest_from_here(index: Path, tmp_path: Path) -> None:
    release(index, "platformdirs", "4.99.0", "def user_cache_dir(*a, **k): return '.'\n")
    python = make(tmp_path / "there", ["platformdirs==4.99.0"])
    done = subprocess.run([python, "-c", LOOK], capture_output=True, text=True, check=True)
    version, borrowed = done.stdout.split()
    assert version == "4.99.0"
    assert not Path(borrowed).is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("transformers", "transformers: expected NAME==VERSION, such as"),
        ("transformers>=5", "transformers>=5: expected NAME==VERSION, such as"),
        ("accelerate==99.0", "there is no accelerate==99.0; the latest are 0.1, 98.0"),
        ("no-such-bert==1.0", "no-such-bert==1.0 cannot be installed: there is no such package, or no"),
        ("accelerate==0.1", "these releases do not go together: .*accelerate==0.1; .* accelerate>="),
        ("accelerate==98.0", "with accelerate==98.0 viva cannot start a worker: ImportError: not on this"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_line(index: Path, tmp_path: Path, pin: str, said: str) -> None:
    for version in ("0.1", "98.0"):
        release(index, "accelerate", version, "raise ImportError('not on this machine')\n")
    with pytest.raises(CannotMake, match=said) as raised:
        make(tmp_path / "there", [pin])
    assert "\n" not in str(raised.value)
