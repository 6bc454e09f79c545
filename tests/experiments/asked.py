"""Runs the experiments that questions carry themselves, as taught and broken on purpose."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from app.bank import OWN
from app.bank.load import load
from app.lab.proof import trial_of
from experiments.engine import Edit, Outcome, catalog


def ask(
    prove: Callable[..., tuple[Outcome, object]],
    patch: pytest.MonkeyPatch,
    name: str,
    broken: Mapping[str, Sequence[Edit]] | None = None,
) -> Outcome:
    """The outcome of a question's own experiment, with variants replaced by other edits."""
    question = next(question for question in load([OWN]).questions if question.id == name)
    patch.setattr(catalog, "find", lambda _: trial_of(question))
    return prove(name, broken)[0]
