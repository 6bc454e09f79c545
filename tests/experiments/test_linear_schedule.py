"""The experiment `linear_schedule`, as taught and broken on purpose."""

import pytest

from experiments.linear_schedule import CONSTANTS, after, named

pytestmark = pytest.mark.run


def test_the_decay_matters_at_high_rates(prove):
    outcome, runs = prove("linear_schedule")
    assert outcome.name == "matters at high rates"
    assert runs["ends halfway"].series("learning_rate")[-1] == 0


def test_two_linear_schedules_make_no_difference(prove):
    linear = {named("constant", seeds): after(seeds) for seeds in CONSTANTS}
    outcome, runs = prove("linear_schedule", linear)
    assert outcome.name == "no difference"
    assert runs["constant"].loss == runs["linear"].loss
