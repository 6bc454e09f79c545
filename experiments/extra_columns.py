"""What happens to columns that are left in: the sentences, and idx?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

experiment = Experiment(
    variants={
        "removed": [],
        "idx left in": [Edit('if name != "label"]', 'if name not in ("label", "idx")]')],
        "sentences left in": [Edit('if name != "label"]', 'if name == "idx"]')],
    },
    outcomes={
        "only text breaks": "The sentences stop the run and idx changes nothing.",
        "both break": "Either stops the run.",
        "neither breaks": "The run goes on with both, and its losses are the same.",
        "idx is learnt from": "The losses change when idx stays.",
        "no idx": "The data have no column idx to leave in.",
    },
    watch=["loss", "columns"],
    settings={"num_training_steps": 10, "num_train_examples": 160, "num_eval_examples": 48},
)


def observe(page: Any) -> dict[str, str]:
    """`columns`: what a row of the training set has."""
    return {"columns": ", ".join(page.train_dataset.column_names)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    removed, idx, text = runs["removed"], runs["idx left in"], runs["sentences left in"]
    if "idx" not in str(idx.observed.get("columns")).split(", "):
        name = "no idx"
    elif idx.raised:
        name = "both break"
    elif idx.loss != removed.loss or idx.metrics != removed.metrics:
        name = "idx is learnt from"
    else:
        name = "only text breaks" if text.raised else "neither breaks"
    same = sum(a == b for a, b in zip(removed.loss, idx.loss, strict=False))
    end = f"raised {text.raised.type} on line {text.raised.line}" if text.raised else "ran too"
    return Outcome(
        name,
        f"With idx left in, {same} of {len(removed.loss)} losses were identical; "
        f"with the sentences left in, it {end}.",
    )
