"""What does `if step % 4 == 0` do to the first window of an accumulation by hand?"""

from collections.abc import Mapping
from math import isnan
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run
from experiments.grad_accumulation import ROUND
from experiments.short_window import windows

EVERY_FOURTH = """        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss / 4)
        step = completed_steps
        if (step + 1) % 4 == 0:
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()
"""
OFF_BY_ONE = EVERY_FOURTH.replace("(step + 1) % 4", "step % 4")
WITH_THE_REST = EVERY_FOURTH.replace(
    "(step + 1) % 4 == 0", "(step + 1) % 4 == 0 or step + 1 == len(train_dataloader)"
)

experiment = Experiment(
    variants={
        "and the last": [Edit(ROUND, WITH_THE_REST)],
        "(step + 1) % 4": [Edit(ROUND, EVERY_FOURTH)],
        "step % 4": [Edit(ROUND, OFF_BY_ONE)],
    },
    outcomes={
        "one batch alone": "With `step % 4` the first update stands on one batch.",
        "whole windows": "With `step % 4` the first update stands on a whole window.",
    },
    watch=["grad_norm", "loss", "gradient left over"],
    settings={"batch_size": 8, "num_train_examples": 80, "num_training_steps": 10, "num_eval_examples": 16},
)


def observe(page) -> dict[str, float]:
    """`gradient left over`: the norm of what no update took."""
    import torch

    left = [p.grad for p in page.model.parameters() if p.grad is not None]
    return {"gradient left over": float(torch.nn.utils.get_total_norm(left)) if left else 0.0}


def decide(runs: Mapping[str, Run]) -> Outcome:
    sizes: dict[str, Any] = {variant: windows(run) for variant, run in runs.items()}
    first = {variant: next((x for x in run.grad_norm if not isnan(x)), None) for variant, run in runs.items()}
    rest = {variant: len(run.steps) - sum(sizes[variant]) for variant, run in runs.items()}
    told = {variant: ", ".join(map(str, found)) for variant, found in sizes.items()}
    return Outcome(
        "one batch alone" if sizes["step % 4"][0] == 1 else "whole windows",
        f"Of {len(runs['step % 4'].steps)} batches, `step % 4` made updates from {told['step % 4']} of them "
        f"and left {rest['step % 4']}; `(step + 1) % 4` from {told['(step + 1) % 4']} and left "
        f"{rest['(step + 1) % 4']}; with the last one asked for, {told['and the last']} and "
        f"{rest['and the last']}.",
        {
            "batches behind each update": dict(told),
            "batches left over": dict(rest),
            "first norm": dict(first),
            "gradient left over": {v: run.value("gradient left over") for v, run in runs.items()},
        },
    )
