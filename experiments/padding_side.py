"""Is padding on the left as harmless to BERT as padding on the right?"""

import math
from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

LOAD = "tokenizer = AutoTokenizer.from_pretrained(checkpoint)\n"
LEFT = Edit(LOAD, LOAD + 'tokenizer.padding_side = "left"\n')
EACH = "for batch in eval_dataloader:\n"
COUNTED = Edit(
    EACH,
    EACH + '    batch["position_ids"] = (batch["attention_mask"].cumsum(dim=-1) - 1).clamp(min=0)\n',
)

experiment = Experiment(
    variants={"right": [], "left": [LEFT], "left, positions counted": [LEFT, COUNTED]},
    outcomes={
        "the side matters": "The mask alone does not make padding on the left harmless.",
        "the mask is enough": "With the mask, the side makes no difference.",
        "positions are enough": "With positions counted from the first real token, left is as good as right.",
    },
    watch=["loss", "logits moved", "first token", "accuracy"],
    settings={"num_training_steps": 8, "num_train_examples": 128, "num_eval_examples": 40},
)


def observe(page: Any) -> dict[str, Any]:
    """`logits moved`: how far a logit of the last batch is at most from the same pair's alone.

    `first token`: what stands at position 0 of the most padded row, which the pooler reads.
    """
    if not hasattr(page, "eval_metric"):
        return {}
    count = len(page.outputs.logits)
    rows = [page.eval_dataset[i] for i in range(len(page.eval_dataset) - count, len(page.eval_dataset))]
    device = page.accelerator.device
    with page.torch.no_grad():
        alone = [page.model(**page.data_collator([row]).to(device)).logits[0] for row in rows]
    padded = page.batch["attention_mask"].sum(dim=-1).argmin()
    return {
        "logits moved": float((page.outputs.logits - page.torch.stack(alone)).abs().max()),
        "first token": page.tokenizer.convert_ids_to_tokens(int(page.batch["input_ids"][padded][0])),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    moved = [run.observed["logits moved"] for run in runs.values()]
    right, left, counted = moved
    # In powers of ten above what padding on the right leaves, which is rounding.
    above, above_counted = (math.log10(max(each, 1e-7) / max(right, 1e-7)) for each in (left, counted))
    if above <= 2:
        name = "the mask is enough"
    else:
        name = "the side matters" if above_counted > 2 else "positions are enough"
    return Outcome(
        name,
        f"Beside the same pair alone a logit moved by up to {right:.1g} padded on the right, {left:.2g} on "
        f"the left, and {counted:.2g} on the left with positions counted from the first real token; "
        f"what the pooler read there was {runs['left'].observed['first token']}.",
        compared={
            "left, powers of ten": Compared(above, 2),
            "left with positions counted, powers of ten": Compared(above_counted, 2),
        },
    )
