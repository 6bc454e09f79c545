"""Records of a few faults, made up, so that screens and commands are tested without what was measured."""

from collections.abc import Sequence

import pytest

from app.faults import recorded
from app.faults.recorded import Recorded

LEARNS = [0.7 - 0.005 * step for step in range(60)]
STUCK = [0.7 - 0.0001 * step for step in range(60)]
RATES = [5e-4 * min(1.0, step / 6) for step in range(60)]
SCORES = {"accuracy": 0.86, "f1": 0.9}


def record(ids: Sequence[str], level: str, losses: Sequence[float], **more: object) -> Recorded:
    """A record of these faults with these losses."""
    given = {
        "what": "fault",
        "loss": list(losses),
        "grad_norm": [1.0] * len(losses),
        "learning_rate": RATES[: len(losses)],
        "metrics": SCORES if losses else {},
        "batch": [["column", "type", "shape", "first row"], ["labels", "int64", "(16,)", "1"]],
        "differences": [("result", "has a loss")],
        **more,
    }
    return Recorded(ids=tuple(ids), seed=recorded.SEED, page="", level=level, **given)  # type: ignore[arg-type]


def records() -> list[Recorded]:
    """The healthy page over three seeds, and a case of each level."""
    usual = [
        {
            "last quarter": 0.4 + 0.01 * at,
            "measured accuracy": 0.86 + 0.001 * at,
            "measured f1": 0.9 + 0.001 * at,
        }
        for at in range(-1, 2)
    ]
    healthy = [
        Recorded(what="healthy", ids=(), seed=seed, page="", loss=LEARNS, measures=dict(measures))
        for seed, measures in zip((recorded.SEED, 1, 2), usual, strict=True)
    ]
    raised = ("AttributeError", "'float' object has no attribute 'backward'", 74)
    return [
        *healthy,
        record(["loss-item"], "basic", [], raised=raised, differences=[("raises", "raises AttributeError")]),
        record(["zero-grad-before-step"], "intermediate", STUCK),
        record(["evaluated-on-train"], "advanced", LEARNS, differences=[("report", "reports accuracy 0.99")]),
        record(["loss-item", "zero-grad-before-step", "evaluated-on-train"], "debugging", [], raised=raised),
    ]


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have cases drawn from these records."""
    monkeypatch.setattr(recorded, "recorded", records)
    for cached in (recorded.admitted, recorded.healthy, recorded.spread):
        cached.cache_clear()
        monkeypatch.setattr(recorded, cached.__name__, cached.__wrapped__)
    monkeypatch.setattr("app.faults.case.admitted", recorded.admitted)
