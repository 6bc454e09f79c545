"""The plan of a race of pages that cases are made of."""

from collections.abc import Mapping
from typing import Any

from app.lab.plan import Plan
from experiments.engine import Outcome, Run, page, settings, sources

SETTINGS: Mapping[str, Any] = {"num_training_steps": 60, "num_train_examples": 480}
"""What all cases are run with: two epochs of bundled pairs, in seconds."""

EXAMINER = "experiments.engine.examiner"


def base(seed: int = 42) -> str:
    """The unchanged page with the settings of all cases."""
    return page.build(sources.knobs(settings.build({**SETTINGS, "seed": seed})))


def race_plan(name: str, pages: Mapping[str, str], **more: Any) -> Plan:
    """A plan of these pages with the settings of all cases. Its name says nothing of what is in them."""
    return Plan(
        name=name,
        title=name,
        settings=settings.build(SETTINGS),
        pages=pages,
        watch=("loss", "accuracy", "f1"),
        outcomes={},
        decide=_over,
        module=EXAMINER,
        **more,
    )


def _over(runs: Mapping[str, Run]) -> Outcome:
    return Outcome("over", f"{len(runs)} runs.")
