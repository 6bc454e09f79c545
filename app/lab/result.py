"""What a race came to, made from its runs."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from app.lab.plan import Plan
from app.study.records import Result
from experiments.engine import Outcome, Run
from experiments.engine.events import Error, Hello


def result(
    plan: Plan,
    runs: Mapping[str, Run],
    told: Outcome | Error,
    hello: Hello | None,
    started_at: datetime,
    seconds: float,
) -> Result:
    """The result of a race that ended with this outcome, or with this error."""
    decided = told if isinstance(told, Outcome) else Outcome("", told.message)
    return Result(
        experiment=plan.name,
        settings=msgspec.to_builtins(plan.settings) | ({"variants": plan.own} if plan.own else {}),
        outcome=decided.name,
        finding=decided.finding,
        started_at=started_at,
        seconds=seconds,
        evidence=dict(decided.evidence),
        compared=dict(decided.compared),
        losses={variant: [step.loss for step in run.steps] for variant, run in runs.items()},
        device=hello.device if hello else "",
        libraries=hello.libraries if hello else {},
    )
