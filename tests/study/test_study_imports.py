"""The study core is cheap to import and draws nothing."""

import subprocess
import sys

HEAVY = (
    "textual",
    "torch",
    "transformers",
    "datasets",
    "evaluate",
    "accelerate",
    "pandas",
    "numpy",
    "fsrs",
    "genanki",
)

MODULES = (
    "draw",
    "export",
    "interview",
    "memory",
    "progress",
    "report",
    "schedule",
    "stats",
    "store",
)


def test_importing_the_study_core_imports_nothing_heavy() -> None:
    imports = "; ".join(f"import app.study.{name}" for name in MODULES)
    code = f"import sys, app.answers.grading; {imports}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & set(HEAVY)
