"""What happens if label is not renamed to labels?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

NOT_RENAMED = Edit('tokenized_datasets = tokenized_datasets.rename_column("label", "labels")\n', "")
PADDED = Edit("truncation=True)", 'truncation=True, padding="max_length", max_length=128)')
DEFAULT_COLLATE = Edit("DataCollatorWithPadding(tokenizer=tokenizer)", "torch.utils.data.default_collate")

experiment = Experiment(
    variants={
        "renamed": [],
        "not renamed": [NOT_RENAMED],
        "default collate": [PADDED, DEFAULT_COLLATE],
        "default collate, not renamed": [PADDED, DEFAULT_COLLATE, NOT_RENAMED],
    },
    outcomes={
        "the collator renames": "The padding collator renames by itself; without it there is no loss.",
        "it breaks": "The run stops, or its losses change, with the padding collator already.",
        "never needed": "Neither collate function needs the line.",
    },
    watch=["loss", "batch", "loss is"],
    settings={"num_training_steps": 10, "num_train_examples": 160, "num_eval_examples": 48},
)


def observe(page: Any) -> dict[str, str]:
    """`batch`: the names in the last batch. `loss is`: the type of the loss that the model gave for it."""
    if not hasattr(page, "outputs"):
        return {}
    return {"batch": ", ".join(sorted(page.batch)), "loss is": type(page.outputs.loss).__name__}


def decide(runs: Mapping[str, Run]) -> Outcome:
    renamed, not_renamed = runs["renamed"], runs["not renamed"]
    default, broken = runs["default collate"], runs["default collate, not renamed"]
    if not_renamed.raised or not_renamed.loss != renamed.loss:
        name = "it breaks"
    elif broken.raised and not default.raised:
        name = "the collator renames"
    else:
        name = "never needed"
    same = sum(a == b for a, b in zip(renamed.loss, not_renamed.loss, strict=False))
    end = "it ran too"
    if broken.raised:
        kind = broken.observed.get("loss is")
        end = f"the loss was {kind} and line {broken.raised.line} raised {broken.raised.type}"
    return Outcome(
        name,
        f"Not renamed, {same} of {len(renamed.loss)} losses were identical with the padding collator; "
        f"with the default collate {end}.",
    )
