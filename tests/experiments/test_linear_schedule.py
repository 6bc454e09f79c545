"""The experiment `linear_schedule`, as taught and broken on purpose."""

import pytest

from experiments import linear_schedule

pytestmark = pytest.mark.run


def test_decay_calms_the_end_at_a_high_rate_and_costs_at_a_low_one(prove):
    outcome, runs = prove("linear_schedule")
    assert outcome.name == "settles, at a price"
    assert runs["ends halfway"].series("learning_rate")[-1] == 0
    assert runs["ends halfway"].observed["jump per step"] == 0


def test_two_linear_schedules_make_no_difference(prove):
    linear = linear_schedule.experiment.variants["linear"]
    outcome, runs = prove("linear_schedule", {"constant": linear}, num_training_steps=4)
    assert outcome.name == "no difference"
    assert runs["constant"].loss == runs["linear"].loss
