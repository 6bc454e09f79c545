"""Sorting the rows by length saves padding: what does it take away?"""

from collections.abc import Mapping
from typing import Any

from experiments.batching import GROUPED, SAMPLER
from experiments.engine import Compared, Edit, Experiment, Outcome, Run

SORTED = Edit(
    "data_collator = DataCollatorWithPadding",
    'lengths = [len(ids) for ids in train_dataset["input_ids"]]\n'
    "train_dataset = train_dataset.select(sorted(range(len(lengths)), key=lengths.__getitem__))\n\n"
    "data_collator = DataCollatorWithPadding",
)

experiment = Experiment(
    variants={
        "shuffled": [],
        "sorted by length": [SORTED, Edit("shuffle=True", "shuffle=False")],
        "grouped by length": [SAMPLER, GROUPED],
    },
    outcomes={
        "the same batches": "Sorted, the second epoch repeats the first one's batches; grouped, hardly any.",
        "new batches": "Sorted rows too make other batches in the second epoch.",
        "moves logits": "The same weights give other logits when a pair is padded further.",
    },
    watch=["loss", "tokens", "padding", "batches repeated", "label drift", "logits moved", "accuracy", "f1"],
    settings={
        "batch_size": 8,
        "num_train_examples": 320,
        "num_training_steps": 40,
        "num_eval_examples": 128,
    },
)


def observe(page: Any) -> dict[str, float]:
    """`batches repeated`: the share of a second epoch's batches that the first had, row for row.

    `label drift`: how far the share of paraphrases in an epoch's first half is from that in its second.
    `logits moved`: how far at most one is from that of the pair alone, padded as far as the model goes.
    """
    if not hasattr(page, "eval_metric"):
        return {}
    first, second = ([_labels_and_rows(batch) for batch in page.train_dataloader] for _ in range(2))
    labels = [label for batch, _ in first for label in batch]
    half = len(labels) // 2
    known = {rows for _, rows in first}
    return {
        "batches repeated": sum(rows in known for _, rows in second) / len(second),
        "label drift": abs(sum(labels[:half]) / half - sum(labels[half:]) / (len(labels) - half)),
        "logits moved": _moved(page),
    }


def _labels_and_rows(batch: Any) -> tuple[list[int], frozenset[tuple[int, ...]]]:
    lengths = batch["attention_mask"].sum(dim=-1).tolist()
    rows = (tuple(ids[:n]) for ids, n in zip(batch["input_ids"].tolist(), lengths, strict=True))
    return batch["labels"].tolist(), frozenset(rows)


def _moved(page: Any) -> float:
    longest = page.DataCollatorWithPadding(tokenizer=page.tokenizer, padding="max_length")
    rows = [page.eval_dataset[i] for i in range(min(32, len(page.eval_dataset)))]
    device = page.accelerator.device
    with page.torch.no_grad():
        padded = page.model(**longest(rows).to(device)).logits
        alone = [page.model(**page.data_collator([row]).to(device)).logits[0] for row in rows]
    return float((padded - page.torch.stack(alone)).abs().max())


def decide(runs: Mapping[str, Run]) -> Outcome:
    shuffled, by_length, grouped = runs.values()
    moved = max(run.observed["logits moved"] for run in runs.values())
    repeated = {variant: run.observed["batches repeated"] for variant, run in runs.items()}
    excess = repeated["sorted by length"] - repeated["grouped by length"]
    if moved > 1e-3:
        name = "moves logits"
    else:
        name = "the same batches" if excess > 0.5 else "new batches"
    waste = {variant: run.padding / max(run.tokens, 1) for variant, run in runs.items()}
    rows = ("batches repeated", "label drift", "logits moved", "accuracy", "f1")
    table: dict[str, Any] = {row: {variant: run.value(row) for variant, run in runs.items()} for row in rows}
    return Outcome(
        name,
        f"Padding was {waste['shuffled']:.0%} of what was computed shuffled, {waste['sorted by length']:.0%} "
        f"sorted and {waste['grouped by length']:.0%} grouped; a second epoch repeated "
        f"{repeated['shuffled']:.0%}, {repeated['sorted by length']:.0%} and "
        f"{repeated['grouped by length']:.0%} of the batches. Padded as far as it goes, no logit moved by "
        f"more than {moved:.1g}. F1 was {shuffled.f1:.2f}, {by_length.f1:.2f} and {grouped.f1:.2f}.",
        {"padding": dict(waste), **table},
        {"batches repeated beyond grouping": Compared(excess, 0.5), "logits moved": Compared(moved, 1e-3)},
    )
