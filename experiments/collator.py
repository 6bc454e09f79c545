"""What does DataCollatorWithPadding do, and what if the mask were all ones?"""

import math
from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

EACH = "for batch in eval_dataloader:\n"
ONES = '    batch["attention_mask"] = torch.ones_like(batch["attention_mask"])\n'

experiment = Experiment(
    variants={
        "padding collator": [],
        "default collate": [
            Edit("DataCollatorWithPadding(tokenizer=tokenizer)", "torch.utils.data.default_collate")
        ],
        "mask of ones": [Edit(EACH, EACH + ONES)],
    },
    outcomes={
        "the mask matters": "Ragged rows need the collator, and the mask keeps padding out of the logits.",
        "padding is harmless": "Ragged rows need the collator; no logit moves, even without the mask.",
        "no need": "The default collate copes with ragged rows.",
    },
    watch=["loss", "accuracy", "padding in the batch", "logits moved"],
    settings={"num_training_steps": 10, "num_train_examples": 160, "num_eval_examples": 40},
)


def observe(page: Any) -> dict[str, float]:
    """`logits moved`: how far a logit of the last batch is at most from the same pair's alone."""
    if not hasattr(page, "eval_metric"):
        return {}
    last = len(page.outputs.logits)
    rows = [page.eval_dataset[i] for i in range(len(page.eval_dataset) - last, len(page.eval_dataset))]
    with page.torch.no_grad():
        alone = [
            page.model(**page.data_collator([row]).to(page.accelerator.device)).logits[0] for row in rows
        ]
    moved = (page.outputs.logits - page.torch.stack(alone)).abs().max()
    padded = page.data_collator(rows)["attention_mask"]
    return {
        "logits moved": float(moved),
        "padding in the batch": 1 - float(padded.float().mean()),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    masked, default, ones = runs.values()
    moved, moved_by_ones = (run.observed.get("logits moved", float("nan")) for run in (masked, ones))
    # In powers of ten above what the mask lets through, which is rounding.
    above = math.log10(max(moved_by_ones, 1e-7) / max(moved, 1e-7))
    if not default.raised:
        name = "no need"
    else:
        name = "the mask matters" if above > 2 else "padding is harmless"
    end = f"raised {default.raised.type} on line {default.raised.line}" if default.raised else "ran"
    return Outcome(
        name,
        f"The default collate {end}; with {masked.observed['padding in the batch']:.0%} of a batch padding, "
        f"logits were {moved:.1g} from those of the pair alone, and {moved_by_ones:.1g} with a mask of ones.",
        compared={"logits moved by a mask of ones, powers of ten": Compared(above, 2)},
    )
