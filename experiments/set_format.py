"""What breaks without set_format("torch")?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

NO_FORMAT = Edit('tokenized_datasets.set_format("torch")\n', "")
PADDED = Edit("truncation=True)", 'truncation=True, padding="max_length", max_length=128)')
DEFAULT_COLLATE = Edit("DataCollatorWithPadding(tokenizer=tokenizer)", "torch.utils.data.default_collate")

experiment = Experiment(
    variants={
        "format": [],
        "no format": [NO_FORMAT],
        "default collate": [PADDED, DEFAULT_COLLATE],
        "default collate, no format": [PADDED, DEFAULT_COLLATE, NO_FORMAT],
    },
    outcomes={
        "only the default collate breaks": "The padding collator makes tensors of lists itself.",
        "the walkthrough breaks": "It raises, or its losses change, with the padding collator already.",
        "the format pays": "The losses are the same, and loading is no faster without it.",
        "nothing breaks": "Neither collate function needs the format.",
    },
    watch=["loss", "loading"],
    settings={"num_training_steps": 12, "num_train_examples": 192, "num_eval_examples": 64},
)


def observe(page: Any) -> dict[str, float]:
    """`loading`: seconds to load batches as the page does, as a share of what they take with the format."""
    from time import perf_counter

    if page.data_collator is page.torch.utils.data.default_collate:
        return {}
    batches = [list(range(first, first + 16)) for first in range(0, 96, 16)]

    def seconds(dataset: Any) -> float:
        began = perf_counter()
        for rows in batches:
            page.data_collator(dataset.__getitems__(rows))
        return perf_counter() - began

    with_format = page.train_dataset.with_format("torch")
    turns = [(seconds(page.train_dataset), seconds(with_format)) for _ in range(9)]
    own, formatted = (min(taken) for taken in zip(*turns, strict=True))
    return {"loading": own / formatted}


def decide(runs: Mapping[str, Run]) -> Outcome:
    plain, without = runs["format"], runs["no format"]
    loading = without.observed.get("loading", float("nan"))
    stacked, broken = runs["default collate"].raised, runs["default collate, no format"].raised
    if without.raised or without.loss != plain.loss or without.metrics != plain.metrics:
        name = "the walkthrough breaks"
    elif loading > 0.9:
        name = "the format pays"
    elif broken and not stacked:
        name = "only the default collate breaks"
    else:
        name = "nothing breaks"
    same = sum(a == b for a, b in zip(plain.loss, without.loss, strict=False))
    end = f"raised {broken.type} on line {broken.line}" if broken else "ran too"
    return Outcome(
        name,
        f"Without the format {same} of {len(plain.loss)} losses were identical and loading took "
        f"{loading:.2f} times as long; with the default collate and padded rows it {end}.",
        compared={"loading without the format": Compared(loading, 0.9)},
    )
