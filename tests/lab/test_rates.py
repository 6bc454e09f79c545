"""What runs that agree or differ show, and what they do not."""

import random

import pytest

from app.lab.rates import at_least, judged, looked_at


@pytest.mark.parametrize(
    ("came", "of", "rate"), [(5, 5, 0.549), (59, 59, 0.950), (19, 20, 0.784), (0, 5, 0.0), (1, 1, 0.05)]
)
def test_the_lower_bound_is_that_of_clopper_and_pearson(came: int, of: int, rate: float) -> None:
    assert at_least(came, of) == pytest.approx(rate, abs=1e-3)


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.9, 0.97])
def test_looking_after_every_run_leaves_the_true_rate_inside_in_95_of_100_cases(rate: float) -> None:
    draw = random.Random(7)
    missed = 0
    for _ in range(300):
        came = 0
        for of in range(1, 41):
            came += draw.random() < rate
            low, high = looked_at(came, of)
            if not low <= rate <= high:
                missed += 1
                break
    assert missed / 300 <= 0.08


def test_the_interval_is_around_what_came_and_wider_than_for_a_number_fixed_beforehand() -> None:
    for came, of in [(0, 5), (3, 5), (5, 5), (20, 20), (299, 300)]:
        low, high = looked_at(came, of)
        assert low <= came / of <= high
        assert low <= at_least(came, of)
    assert looked_at(0, 0) == (0.0, 1.0)


def test_a_judgement_waits_until_it_is_decisive() -> None:
    assert judged(5, 5, 0.9) is None
    assert judged(31, 31, 0.9) == "confirmed"
    assert judged(0, 4, 0.9) is None
    assert judged(0, 13, 0.9) == "refuted"
    assert judged(40, 60, 0.9) == "depends on luck"
