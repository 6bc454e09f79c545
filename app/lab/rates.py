"""How often an outcome comes, judged from how often it came.

All bounds hold with 95% confidence. `at_least` is for a number of runs that was fixed beforehand, `looked_at`
for runs that are looked at after each, to decide whether one more is needed.
"""

import math
from collections.abc import Callable

ERROR = 0.05
PRIOR = (1.0, 0.05)
"""A mixture that expects nearly all runs to agree: it makes the bounds narrow there, and valid anywhere."""


def at_least(came: int, of: int) -> float:
    """The lowest rate that still gives `came` of `of` runs or more with a chance of 5% (Clopper–Pearson)."""
    if came == 0:
        return 0.0

    def chance(rate: float) -> float:
        return sum(math.comb(of, n) * rate**n * (1 - rate) ** (of - n) for n in range(came, of + 1))

    return _crossing(lambda rate: chance(rate) >= ERROR, 0.0, came / of)


def looked_at(came: int, of: int) -> tuple[float, float]:
    """Lowest and highest rate that the runs so far leave open, however often one has looked before.

    The rates at which a betting score (the likelihood of the mixture over that of the rate) has stayed below
    20; by Ville's inequality the true one ever leaves this interval with a chance of at most 5%.
    """
    if of == 0:
        return 0.0, 1.0
    a, b = PRIOR
    mixture = _log_beta(a + came, b + of - came) - _log_beta(a, b)

    def is_open(rate: float) -> bool:
        likely = came * math.log(rate) if came else 0.0
        likely += (of - came) * math.log1p(-rate) if came < of else 0.0
        return mixture - likely < -math.log(ERROR)

    seen = came / of
    low = _crossing(is_open, 0.0, seen) if came else 0.0
    high = _crossing(is_open, 1.0, seen) if came < of else 1.0
    return low, high


def judged(came: int, of: int, until: float) -> str | None:
    """What the runs so far come to: confirmed, refuted, depends on luck, or None while that is open.

    Confirmed: the outcome comes at a rate of `until` or more. Refuted: in less than half of the runs.
    Depends on luck: it comes, but less often than `until`.
    """
    low, high = looked_at(came, of)
    if low >= until:
        return "confirmed"
    if high < 1 / 2:
        return "refuted"
    return "depends on luck" if came and high < until else None


def _crossing(is_open: Callable[[float], bool], closed: float, opened: float) -> float:
    """Where between a rate that is ruled out and one that is not the border runs, to 6 digits."""
    while abs(opened - closed) > 1e-7:
        middle = (closed + opened) / 2
        if is_open(middle):
            opened = middle
        else:
            closed = middle
    return opened


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
