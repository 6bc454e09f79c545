"""Is the last, short accumulation window scaled like the others?"""

from collections.abc import Mapping
from math import isnan
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run
from experiments.grad_accumulation import INSIDE, ROUND, SET_THE_NUMBER

CARRIED = Edit(
    "accelerator = Accelerator()",
    "from accelerate.utils import GradientAccumulationPlugin\n\n"
    "accelerator = Accelerator(\n"
    "    gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=4, sync_with_dataloader=False)\n"
    ")",
)
TRUE_MEAN = """        outputs = model(**batch)
        loss = outputs.loss
        position = completed_steps % len(train_dataloader)
        window = min(4, len(train_dataloader) - position // 4 * 4)
        accelerator.backward(loss / window)
        if (position + 1) % 4 == 0 or position + 1 == len(train_dataloader):
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()
"""

experiment = Experiment(
    variants={
        "true mean": [Edit(ROUND, TRUE_MEAN)],
        "accumulate()": [SET_THE_NUMBER, Edit(ROUND, INSIDE)],
        "carried over": [CARRIED, Edit(ROUND, INSIDE)],
    },
    outcomes={
        "too small": "accumulate() divides the short window by the full number.",
        "right": "accumulate() takes the mean over what the window has.",
    },
    watch=["grad_norm", "loss"],
    settings={"batch_size": 8, "num_train_examples": 80, "num_training_steps": 20, "num_eval_examples": 16},
)


def windows(run: Run) -> list[int]:
    """How many batches lie behind each update: only a round in which the optimizer stepped has a norm."""
    ends = [round for round, norm in enumerate(run.grad_norm, 1) if not isnan(norm)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def decide(runs: Mapping[str, Run]) -> Outcome:
    mean, gated, carried = runs.values()
    sizes: dict[str, Any] = {variant: windows(run) for variant, run in runs.items()}
    norms = {variant: [x for x in run.grad_norm if not isnan(x)] for variant, run in runs.items()}
    at = next(i for i, size in enumerate(sizes[mean.variant]) if size < max(sizes[mean.variant]))
    full, short = (norms[gated.variant][i] / norms[mean.variant][i] for i in (0, at))
    told = {variant: ", ".join(map(str, found)) for variant, found in sizes.items()}
    return Outcome(
        "too small" if short < 0.9 * full else "right",
        f"Windows of {told[gated.variant]} batches: the first gradient was {full:.2f}× the true mean's, that "
        f"of the short window {short:.2f}×; carried over the end of the data, the windows were "
        f"{told[carried.variant]}.",
        {
            "batches behind each update": dict(told),
            "first norm": {variant: norm[0] for variant, norm in norms.items()},
            "norm at the short window": {variant: norm[at] for variant, norm in norms.items()},
        },
        {"short window, by full window": Compared(short / full, 0.9)},
    )
