"""Which shapes do the logits and the loss have, and where does the loss come from?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

EACH = "    for batch in train_dataloader:\n"

experiment = Experiment(
    variants={
        "labels": [],
        "no labels": [Edit(EACH, EACH + '        batch.pop("labels")\n')],
        "one label": [Edit("num_labels=2", "num_labels=1")],
    },
    outcomes={
        "a row a pair, one loss": "A row of logits for each pair, and one loss, the cross-entropy.",
        "another loss": "The loss is one number, and not the cross-entropy of the logits.",
        "a loss a pair": "The loss has a number for each pair.",
    },
    watch=["loss", "logits", "loss shape", "batch sizes", "off cross-entropy", "f1"],
    settings={"batch_size": 8, "num_training_steps": 8, "num_train_examples": 64, "num_eval_examples": 20},
)


def observe(page: Any) -> dict[str, Any]:
    """Shapes of what the model gave for the last batch, and how far its loss is from the cross-entropy."""
    from torch.nn.functional import cross_entropy

    if not hasattr(page, "outputs"):
        return {}
    logits, loss = page.outputs.logits.detach(), page.outputs.loss
    seen = {
        "logits": str(tuple(logits.shape)),
        "loss shape": "None" if loss is None else str(tuple(loss.shape)),
        "batch sizes": ", ".join(str(len(batch["labels"])) for batch in page.eval_dataloader),
    }
    if loss is None or loss.shape or logits.shape[1] < 2:
        return seen
    return seen | {"off cross-entropy": abs(float(loss - cross_entropy(logits, page.batch["labels"])))}


def decide(runs: Mapping[str, Run]) -> Outcome:
    labels, without, one = (runs[name] for name in ("labels", "no labels", "one label"))
    seen, off = labels.observed, labels.observed.get("off cross-entropy")
    if seen.get("loss shape") != "()":
        name = "a loss a pair"
    else:
        name = "a row a pair, one loss" if off == 0 else "another loss"
    end = "the page ran on"
    if without.raised:
        shape = without.observed.get("loss shape")
        end = f"the loss was {shape} and line {without.raised.line} raised {without.raised.type}"
    gap = "the cross-entropy exactly" if off == 0 else "not the cross-entropy"
    return Outcome(
        name,
        f"Of batches of {seen.get('batch sizes')} pairs the last gave logits {seen.get('logits')} and a "
        f"loss of shape {seen.get('loss shape')}, {gap}; without labels {end}, and with one label training "
        f"ran to an F1 of {one.f1:.2f}.",
    )
