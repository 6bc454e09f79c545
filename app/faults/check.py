"""Holds files of questions and of faults against the page, the experiments and each other."""

from collections.abc import Sequence
from pathlib import Path

from app.bank import OWN
from app.bank import check as questions
from app.bank.load import load
from app.bank.problems import Problem
from app.faults import catalogue


def check(paths: Sequence[Path], run: questions.Run | None = None) -> list[Problem]:
    """Every problem of these files and folders; viva's own faults are among those of its own bank."""
    given = [path.resolve() for path in paths]
    wanted = given + [catalogue.OWN] * (OWN in given)
    faults = [file for file in catalogue.files() if any(file.is_relative_to(path) for path in wanted)]
    problems = questions.check((p for p in paths if not p.resolve().is_relative_to(catalogue.OWN)), run)
    if faults:
        problems += catalogue.check(faults, load([OWN]).by_id)
    return questions.in_order(problems)
