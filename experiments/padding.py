"""What does padding cost, does it move any logit, and why not sort the rows by length?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

LONGEST = Edit("(tokenizer=tokenizer)", '(tokenizer=tokenizer, padding="max_length")')
SORTED = Edit(
    "data_collator = DataCollatorWithPadding",
    'lengths = [len(ids) for ids in train_dataset["input_ids"]]\n'
    "train_dataset = train_dataset.select(sorted(range(len(lengths)), key=lengths.__getitem__))\n\n"
    "data_collator = DataCollatorWithPadding",
)

experiment = Experiment(
    variants={
        "dynamic": [],
        "maximum length": [LONGEST],
        "sorted by length": [SORTED, Edit("shuffle=True", "shuffle=False")],
    },
    outcomes={
        "only cost": "Padding takes tokens and time, and changes nothing in what comes out.",
        "moves logits": "The same weights give other logits when a pair is padded.",
        "free": "Padding to the maximum length takes hardly more time.",
    },
    watch=["loss", "tokens", "padding", "seconds", "logits moved", "batches in two epochs", "accuracy"],
    settings={"num_training_steps": 16, "num_train_examples": 256, "num_eval_examples": 64},
    interleaved=True,
)


def observe(page: Any) -> dict[str, float]:
    """`logits moved`: how far at most one is from that of the pair alone, by the same weights.

    `batches in two epochs`: how many different ones the loader gives.
    """
    if not hasattr(page, "eval_metric"):
        return {}
    collate = page.DataCollatorWithPadding(tokenizer=page.tokenizer)
    pairs = [collate([row]).to(page.accelerator.device) for row in page.eval_dataset]
    with page.torch.no_grad():
        padded = page.torch.cat([page.model(**batch).logits for batch in page.eval_dataloader])
        alone = page.torch.cat([page.model(**pair).logits for pair in pairs])
    batches = {repr(batch["input_ids"].tolist()) for _ in range(2) for batch in page.train_dataloader}
    return {"logits moved": float((padded - alone).abs().max()), "batches in two epochs": len(batches)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    dynamic, by_length = runs["dynamic"], runs["sorted by length"]
    moved = {run.variant: run.observed.get("logits moved", 0.0) for run in runs.values()}
    time = {run.variant: run.seconds / dynamic.seconds for run in runs.values()}
    waste = {run.variant: run.padding / max(run.tokens, 1) for run in runs.values()}
    if max(moved.values()) > 1e-3:
        name = "moves logits"
    else:
        name = "only cost" if time["maximum length"] > 1.15 else "free"
    return Outcome(
        name,
        f"Padding moved no logit by more than {max(moved.values()):.1g}; an epoch took "
        f"{time['maximum length']:.2f} times as long at the maximum length "
        f"({waste['maximum length']:.0%} padding, dynamic {waste['dynamic']:.0%}) and "
        f"{time['sorted by length']:.2f} times sorted ({waste['sorted by length']:.0%}), where two epochs "
        f"had only {by_length.observed.get('batches in two epochs')} different batches, "
        f"against {dynamic.observed.get('batches in two epochs')}.",
        {
            "tokens": {run.variant: run.tokens for run in runs.values()},
            "padding": dict(waste),
            "time": {**time},
            "logits moved": {**moved},
            "batches in two epochs": {
                run.variant: run.observed.get("batches in two epochs") for run in runs.values()
            },
            "accuracy": {run.variant: run.accuracy for run in runs.values()},
        },
    )
