"""The judge: equal to the last bit, as good as, or not; and what hides a symptom."""

from collections.abc import Callable

import msgspec
import pytest

from app.faults.judge import Spread, judge
from experiments.engine import Run
from experiments.engine.events import Raised, Step

LOSSES = [0.7 - 0.005 * at for at in range(60)]
RATES = [5e-4 * (1 - at / 60) for at in range(60)]
SCORES = {"accuracy": 0.86, "f1": 0.9}
OBSERVED = {"measured accuracy": 0.86, "measured f1": 0.9, "trained": 1.0, "dropout": 1.0}
SPREAD = {
    "first quarter": Spread(0.665, 0.02),
    "last quarter": Spread(0.44, 0.02),
    "measured accuracy": Spread(0.86, 0.01),
    "measured f1": Spread(0.9, 0.01),
    "tokens computed": Spread(72_000, 400),
}
SICK = frozenset({"result"})


def made(losses: list[float] = LOSSES, rates: list[float] = RATES, tokens: int = 1200) -> Run:
    steps = [
        Step("", at, len(losses), loss, rate, 1.0, tokens, tokens // 5, 0.01)
        for at, (loss, rate) in enumerate(zip(losses, rates, strict=True), 1)
    ]
    return Run("", steps, dict(SCORES), dict(OBSERVED))


def test_equal_to_the_last_bit_is_right() -> None:
    found = judge([(made(), made())] * 2, SPREAD)
    assert found.right and found.equal and "to the last bit" in found.words


def test_other_numbers_within_what_seeds_do_are_right_too() -> None:
    found = judge([(made(), made([loss + 0.01 for loss in LOSSES]))] * 2, SPREAD)
    assert found.right and not found.equal


def test_more_seeds_see_smaller_differences() -> None:
    pair = (made(), made([loss + 0.08 for loss in LOSSES]))
    assert judge([pair], SPREAD).right and not judge([pair] * 2, SPREAD).right


def test_a_loss_that_stays_is_not_mended() -> None:
    found = judge([(made(), made([0.69] * 60))], SPREAD, SICK)
    assert not found.right and not found.hides and "loss of the last quarter of 0.69" in found.words


def changed(**observed: float) -> Run:
    run = made([loss + 0.001 for loss in LOSSES])
    run.observed |= observed
    return run


def reporting(**metrics: float) -> Run:
    run = made()
    run.metrics = metrics
    return run


def polished() -> Run:
    """The score was raised after it was computed."""
    run = made()
    run.observed |= {"reported accuracy": 0.863, "reported f1": 0.9}
    return run


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: made(LOSSES * 2, RATES * 2), "makes 120 training steps where the healthy page makes 60"),
        (lambda: made(rates=[rate / 2 for rate in RATES]), "trains with other learning rates"),
        (lambda: made(tokens=2400), "trains on 115,200 tokens"),
        (lambda: changed(trained=0.1), "trains other weights"),
        (lambda: changed(dropout=0.0), "trains with dropout off"),
        (lambda: reporting(accuracy=0.95, f1=0.97), "reports accuracy 0.95, and its model has 0.86"),
        (lambda: reporting(), "reports no accuracy"),
        (lambda: polished(), "reports accuracy 0.863, and its model has 0.86"),
    ],
)
def test_what_brings_the_results_back_and_changes_the_recipe_or_the_report_hides(
    other: Callable[[], Run], says: str
) -> None:
    found = judge([(made(), other())] * 2, SPREAD, SICK)
    assert not found.right and found.hides
    assert found.words.startswith("That hides the symptom") and says in found.words


def test_what_raises_is_told_with_its_line() -> None:
    run = made([], [])
    run.raised = Raised("", "TypeError", "no [idx]\nmore", 71)
    found = judge([(made(), run)], SPREAD, frozenset({"raises"}))
    assert found.words == "Not mended: it raises TypeError on line 71 (no [idx])."


def test_a_loss_that_is_not_finite_is_never_what_seeds_do() -> None:
    run = made()
    run.steps[-1] = msgspec.structs.replace(run.steps[-1], loss=None)
    assert not judge([(made(), run)], SPREAD).right
