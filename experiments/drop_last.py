"""What does drop_last do to evaluation?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

LOADER = "DataLoader(eval_dataset, batch_size=batch_size, "

TOO_LARGE = Edit(LOADER, "DataLoader(eval_dataset, batch_size=len(eval_dataset) + 1, drop_last=True, ")

experiment = Experiment(
    variants={
        "every row": [],
        "drop_last": [Edit(LOADER, LOADER + "drop_last=True, ")],
        "one batch too large": [TOO_LARGE],
        "too large, on disk": [TOO_LARGE, Edit(", keep_in_memory=True", ', experiment_id="none"')],
    },
    outcomes={
        "rows go missing": "The short last batch is not scored, and nobody says so.",
        "every row is scored": "The same rows are scored as without it.",
        "it raises": "The loader refuses rows that do not fill a batch.",
    },
    watch=["loss", "rows", "scored", "accuracy"],
    settings={
        "num_training_steps": 4,
        "num_train_examples": 64,
        "num_eval_examples": 63,
        "batch_size": 16,
    },
)


def observe(page: Any) -> dict[str, int]:
    """How many rows there are to evaluate, and how many the loader gives."""
    return {
        "rows": len(page.eval_dataset),
        "scored": sum(len(batch["labels"]) for batch in page.eval_dataloader),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    whole, dropped, large, on_disk = runs.values()
    rows, scored = whole.observed["rows"], dropped.observed["scored"]
    if dropped.raised:
        name = "it raises"
    else:
        name = "rows go missing" if scored < rows else "every row is scored"
    ends = [f"raised {run.raised.type}" if run.raised else "gave a score" for run in (large, on_disk)]
    return Outcome(
        name,
        f"Of {rows} rows {whole.observed['scored']} were scored without drop_last and {scored} with it; "
        f"where one batch was larger than the set, {large.observed['scored']} were left, it {ends[0]}, and "
        f"with the metric kept on disk {ends[1]}.",
    )
