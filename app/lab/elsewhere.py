"""Other releases of the libraries: a throw-away environment that differs from this one in nothing else."""

import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

import app

PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==([\w.!+]+)")


class CannotMake(RuntimeError):
    """An environment that cannot be made, or in which viva cannot be imported; the message says why."""


def make(folder: Path, pins: Sequence[str]) -> Path:
    """Make an environment in that folder with these releases. Gives its Python.

    pins: such as `transformers==5.1.0`. What they and viva need besides is taken from this environment
        wherever its release fits, so that nothing large is fetched again.

    Raises CannotMake.
    """
    for pin in pins:
        if not PIN.fullmatch(pin):
            raise CannotMake(f"{pin}: expected NAME==VERSION, such as transformers==5.1.0")
    venv.create(folder, with_pip=find_spec("pip") is None, symlinks=True)
    python = folder / "bin" / "python"
    _borrow(python)
    _install(python, [*pins, *_needs()])
    _import(python, pins)
    return python


def _borrow(python: Path) -> None:
    """Let the environment find what this one has installed, after what it has itself."""
    found = [str(Path(app.__file__).parent.parent)]
    found += [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site,) = python.parent.parent.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in found), encoding="utf-8")


def _needs() -> list[str]:
    """What viva itself needs, so that releases that do not go together are refused."""
    return [need for need in requires("viva-bert") or [] if "extra ==" not in need]


def _install(python: Path, wanted: Sequence[str]) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", *wanted],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise CannotMake(_why(done.stdout))


def _why(said: str) -> str:
    """What pip said, in a line."""
    if match := re.search(r"requirement (\S+) \(from versions: (.*)\)", said):
        wanted, known = match[1], match[2].split(", ")
        if known == ["none"]:
            return f"{wanted} cannot be installed: there is no such package, or no package index answers"
        return f"there is no {wanted}; the latest are {', '.join(known[-5:])}"
    if "The conflict is caused by:" in said:
        caused = said.partition("The conflict is caused by:")[2].strip().partition("\n\n")[0]
        return "these releases do not go together: " + "; ".join(map(str.strip, caused.splitlines()))
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return f"pip failed: {(errors or said.strip().splitlines() or ['it said nothing'])[-1]}"


def _import(python: Path, pins: Sequence[str]) -> None:
    """Start a worker as a race would; it ends as its input is closed."""
    done = subprocess.run(
        [python, "-P", "-m", "experiments.engine.worker"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotMake(f"with {', '.join(pins)} viva cannot start a worker: {last}")
