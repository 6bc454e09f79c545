"""The experiment `zero_grad`, as taught and broken on purpose."""

import pytest

from experiments.engine import Edit

pytestmark = pytest.mark.run

NOTHING_LEFT_OUT: dict[str, list[Edit]] = {"piling up": []}


def test_uncleared_gradients_learn_worse(prove):
    outcome, runs = prove("zero_grad")
    assert outcome.name == "learns worse"
    assert all(len(run.steps) >= 60 for run in runs.values())
    assert runs["piling up"].final("grad_norm") > 5 * runs["cleared"].final("grad_norm")


def test_clearing_after_all_learns_anyway(prove):
    outcome, runs = prove("zero_grad", NOTHING_LEFT_OUT)
    assert outcome.name == "learns anyway"
    assert runs["piling up"].loss == runs["cleared"].loss
