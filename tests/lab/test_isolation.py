"""One direction only: nothing heavy is imported with the app, and nothing of the app with the experiments."""

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import app
import experiments
import experiments.engine

HEAVY = {"torch", "transformers", "datasets", "evaluate", "accelerate", "pandas", "numpy"}
IN_WORKER = {"runner", "rounds", "visit", "line", "snapshots", "look", "content", "digest", "examiner"}
"""Imported by the worker alone, where the libraries are."""
GRADING = {"alike.py", "vectors.py"}  # they hold an answer against word vectors
ROOT = Path(app.__file__).parent.parent


def imported_by(code: str) -> set[str]:
    """The top-level packages that are imported after the code, as `-X importtime` lists them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_importing_all_of_the_app_imports_nothing_heavy() -> None:
    modules = [
        module.name for module in pkgutil.walk_packages(app.__path__, "app.") if "__main__" not in module.name
    ]
    assert {"app.tui", "app.cli", "app.lab.race"} <= set(modules)
    assert not imported_by("; ".join(f"import {name}" for name in modules)) & HEAVY


@pytest.mark.parametrize("name", ["app.cli", "app.bank", "app.study", "app.lab"])
def test_what_has_no_screen_does_not_import_textual(name: str) -> None:
    assert "textual" not in imported_by(f"import {name}")


def test_importing_the_experiments_imports_neither_app_nor_libraries() -> None:
    engine = [module.name for module in pkgutil.iter_modules(experiments.engine.__path__)]
    beside = [module.name for module in pkgutil.iter_modules(experiments.__path__) if not module.ispkg]
    names = [f"experiments.engine.{name}" for name in engine if name not in IN_WORKER]
    names += [f"experiments.{name}" for name in beside if name != "loop"]
    assert not imported_by("; ".join(f"import {name}" for name in names)) & {*HEAVY, "app", "textual"}


def imports_of(file: Path, everywhere: bool) -> set[str]:
    """The top-level packages that a file imports: anywhere in it, or as it is imported itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize(
    "file", sorted((ROOT / "app").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_no_file_of_the_app_imports_what_lives_in_the_worker(file: Path) -> None:
    """But for numpy, which the first typed answer brings in, and nothing before it."""
    assert not imports_of(file, everywhere=True) & (HEAVY - {"numpy"} if file.name in GRADING else HEAVY)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_no_file_of_the_experiments_imports_the_app(file: Path) -> None:
    assert not imports_of(file, everywhere=True) & {"app", "textual", "questions"}


def test_nobody_imports_the_page() -> None:
    for folder in ("app", "experiments"):
        for file in (ROOT / folder).rglob("*.py"):
            assert "experiments.loop" not in file.read_text(encoding="utf-8"), file
