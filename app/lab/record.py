"""A run that ended, as the records that the store keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.bank.schema import Question
from app.lab.plan import Plan
from app.study.records import Prediction, Record
from app.study.records import Run as RunRecord
from experiments.engine import Run


@dataclass(frozen=True)
class Ended:
    """What a run came to; `seconds` is the time on the screen's clock."""

    outcome: str
    finding: str
    evidence: Mapping[str, Any]
    started_at: datetime
    seconds: float


def records_of(
    plan: Plan, runs: Mapping[str, Run], ended: Ended, question: Question, predicted: str | None
) -> list[Record]:
    """The run, and what was predicted of it where something was."""
    run = RunRecord(
        experiment=plan.name,
        settings=msgspec.to_builtins(plan.settings) | ({"variants": plan.own} if plan.own else {}),
        outcome=ended.outcome,
        finding=ended.finding,
        started_at=ended.started_at,
        seconds=ended.seconds,
        evidence=dict(ended.evidence),
        losses={variant: [step.loss for step in run.steps] for variant, run in runs.items()},
    )
    if not (predicted and plan.outcomes):
        return [run]
    said = Prediction(question=question.id, predicted=predicted, actual=ended.outcome, at=ended.started_at)
    return [run, said]
