"""Since when each answer is true: `python -m bench.versions [NAME]...` fills docs/versions.json and its page.

Each answer is verified with the lowest releases that pyproject.toml allows, with those of constraints.txt,
and with the newest that pip finds, each in a throw-away environment. What is in the file and was measured
with the experiments as they are now is not measured again, so that it can be broken off and go on later.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.bank import OWN
from app.bank.load import load
from app.bank.schema import Inline, Question
from app.format import markdown_table
from app.lab import elsewhere
from app.study.progress import write_whole
from bench.lowest import lowest

ROOT = Path(__file__).parent.parent
DATA, PAGE = ROOT / "docs" / "versions.json", ROOT / "docs" / "versions.md"
LIBRARIES = ("torch", "transformers", "datasets", "evaluate", "accelerate")
SETS = ("lowest", "pinned", "newest")
SEED, SEEDS = 42, 1

Results = dict[str, dict[str, Any]]
"""Set of releases → `libraries`, and `answers`: question → what came of it."""


def releases(kind: str) -> dict[str, str]:
    """The libraries' releases in one of SETS. Raises CannotMake where pip finds none."""
    if kind == "newest":
        return {name: _newest(name) for name in LIBRARIES}
    if kind == "lowest":
        known = lowest()
    else:
        lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        known = dict(line.split("==") for line in lines if "==" in line)
    return {name: known[name] for name in LIBRARIES}


def _newest(name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "index", "versions", name], capture_output=True, text=True
    )
    if not (match := re.match(r"\S+ \(([\w.+]+)\)", done.stdout)):
        raise elsewhere.CannotMake(f"pip finds no release of {name}: {done.stderr.strip()[-200:]}")
    return match[1].partition("+")[0]


def digest(question: Question) -> str:
    """What an answer's result hangs on: the page, its experiment, and what is taught of it."""
    content = (ROOT / "experiments" / "loop.py").read_bytes() + repr(question.experiment).encode()
    if question.experiment is not None and not isinstance(question.experiment, Inline):
        content += (ROOT / "experiments" / f"{question.experiment.name}.py").read_bytes()
    return sha256(content + str(question.teaches).encode()).hexdigest()[:16]


def measure(kind: str, questions: Sequence[Question], results: Results) -> None:
    """Verify these with one set of releases; the file is written after each. Raises CannotMake."""
    pins = releases(kind)
    if results.setdefault(kind, {}).get("pins") != pins:
        results[kind] = {"pins": pins, "answers": {}}
    answers = results[kind]["answers"]
    digests = {question.id: digest(question) for question in questions}
    missing = [name for name, now in digests.items() if answers.get(name, {}).get("digest") != now]
    if not missing:
        return
    with tempfile.TemporaryDirectory(prefix="viva-versions-") as folder:
        python = elsewhere.make(Path(folder), [f"{name}=={release}" for name, release in pins.items()])
        for told in _verified(python, missing):
            results[kind]["libraries"] = told["libraries"]
            failed = next((run["error"] for run in told["runs"] if run["error"]), None)
            result = {"agrees": told["agrees"], "outcomes": told["outcomes"], "error": failed}
            for name in told["questions"]:
                answers[name] = {**result, "date": str(date.today()), "digest": digests[name]}
            write_whole(DATA, (json.dumps(results, indent=1) + "\n").encode())


def _verified(python: Path, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What `viva verify --json` tells there, line by line."""
    command = [python, "-P", "-m", "app.cli", "verify", *names, "--json", "--seed", SEED, "--seeds", SEEDS]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode not in (0, 1):
        raise elsewhere.CannotMake(f"viva verify ended with {process.returncode}")


def page(results: Results, questions: Sequence[Question]) -> str:
    """The page that the results give, one row a question that was measured."""
    kinds = [kind for kind in SETS if kind in results]
    lines = [
        "# True since when",
        "",
        f"Each answer, verified once with each set of releases, seed {SEED}, on the bundled model and data.",
        "Written by `make proofs-versions` from `versions.json`; `viva verify --with` repeats any of it.",
        "",
        *markdown_table(["", *kinds], [[name, *_row(results, kinds, name)] for name in LIBRARIES]),
        "",
    ]
    rows = []
    for question in questions:
        cells = [_cell(results[kind]["answers"].get(question.id)) for kind in kinds]
        if any(cells):
            rows.append([str(question.number or ""), f"`{question.id}`", *cells])
    return "\n".join([*lines, *markdown_table(["", "answer", *kinds], rows)]) + "\n"


def _row(results: Results, kinds: Sequence[str], library: str) -> list[str]:
    return [results[kind].get("libraries", results[kind]["pins"])[library] for kind in kinds]


def _cell(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return ""
    if answer["agrees"]:
        return "holds"
    return (
        f"**{', '.join(answer['outcomes'])}**" if answer["outcomes"] else f"fails: {_short(answer['error'])}"
    )


def _short(error: str) -> str:
    text = " ".join(error.split())
    return text if len(text) <= 100 else f"{text[:99]}…"


def main(names: Sequence[str]) -> None:
    """Fill the file, and write the page from it. A set that cannot be had is said and left out."""
    questions = [one for one in load([OWN]).questions if one.experiment and (not names or one.id in names)]
    results: Results = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}
    for kind in SETS:
        print(f"{kind}: {len(questions)} answers", file=sys.stderr)
        try:
            measure(kind, questions, results)
        except elsewhere.CannotMake as problem:
            print(f"{kind} left out: {problem}", file=sys.stderr)
            if not results.get(kind, {}).get("answers"):
                results.pop(kind, None)
    write_whole(PAGE, page(results, load([OWN]).questions).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
