"""What does gather count that gather_for_metrics leaves out?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

ADD = "    metric.add_batch(predictions=predictions, references=references)\n"
COUNT = [
    Edit("model.eval()\n", "model.eval()\nscored = 0\n"),
    Edit(ADD, ADD + "    scored += len(references)\n"),
]

experiment = Experiment(
    variants={
        "gather_for_metrics": COUNT,
        "gather": [*COUNT, Edit("accelerator.gather_for_metrics(", "accelerator.gather(")],
    },
    outcomes={
        "duplicates counted": "gather scores more rows than there are.",
        "each once": "gather scores each row once as well.",
    },
    watch=["scored on two", "scored on one", "rows"],
    # 40 rows in batches of 16 are two and a half batches, which two processes cannot share evenly.
    settings={"num_train_examples": 32, "num_training_steps": 2, "num_eval_examples": 40},
)


def observe(page) -> dict[str, Any]:
    """The same page on two processes, its accuracy as each of them has it."""
    from experiments.engine.launch import launch, text_of

    runs = launch(text_of(page), 2, __name__)
    return {
        "rows": len(page.eval_dataset),
        "scored on one": page.scored,
        "scored on two": runs[0].observed["scored"],
        "accuracy on two": runs[0].accuracy,
        "accuracy on the second": runs[1].accuracy,
    }


def report(page) -> dict[str, float]:
    return {"scored": page.scored}


def decide(runs: Mapping[str, Run]) -> Outcome:
    clean, raw = (run.observed for run in runs.values())
    return Outcome(
        "duplicates counted" if raw["scored on two"] > raw["rows"] else "each once",
        f"Of {raw['rows']} rows two processes scored {clean['scored on two']} through gather_for_metrics and "
        f"{raw['scored on two']} through gather, one process {raw['scored on one']}; the accuracies came to "
        f"{clean['accuracy on two']:.3f} and {raw['accuracy on two']:.3f}.",
        {row: {variant: run.value(row) for variant, run in runs.items()} for row in clean},
    )
