"""The experiment `linear_schedule`, as taught and broken on purpose."""

import pytest

pytestmark = pytest.mark.run


def test_the_decay_matters_at_high_rates(prove):
    outcome, runs = prove("linear_schedule")
    assert outcome.name == "matters at high rates"
    assert runs["ends halfway"].series("learning_rate")[-1] == 0


def test_two_linear_schedules_make_no_difference(prove):
    outcome, runs = prove("linear_schedule", {"constant": []})
    assert outcome.name == "no difference"
    assert runs["constant"].loss == runs["linear"].loss
