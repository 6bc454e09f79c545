"""Where does gradient clipping belong?"""

from collections.abc import Mapping
from math import isnan

from experiments.engine import Compared, Edit, Experiment, Outcome, Run
from experiments.grad_accumulation import INSIDE, ROUND, SET_THE_NUMBER

STEP = "        optimizer.step()\n"
CLIP = "        accelerator.clip_grad_norm_(model.parameters(), 0.1)\n"
INNER_STEP, INNER_CLIP = f"    {STEP}", f"    {CLIP}"
GUARDED = INSIDE.replace(
    INNER_STEP, f"            if accelerator.sync_gradients:\n    {INNER_CLIP}{INNER_STEP}"
)

experiment = Experiment(
    variants={
        "no clipping": [],
        "before the step": [Edit(STEP, CLIP + STEP)],
        "after the step": [Edit(STEP, STEP + CLIP)],
        "window, guarded": [SET_THE_NUMBER, Edit(ROUND, GUARDED)],
        "window, every batch": [
            SET_THE_NUMBER,
            Edit(ROUND, INSIDE.replace(INNER_STEP, INNER_CLIP + INNER_STEP)),
        ],
    },
    outcomes={
        "order matters": "After the step clipping changes nothing; before it, it bounds the gradient.",
        "order does not matter": "Clipping after the step changes losses, or each batch clips as its sum.",
        "nothing to clip": "The gradient was never longer than the bound.",
    },
    watch=["grad_norm", "loss"],
    settings={"batch_size": 8, "num_train_examples": 96, "num_training_steps": 12, "num_eval_examples": 16},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    without, _, after, guarded, every = runs.values()
    longest = {variant: max(x for x in run.grad_norm if not isnan(x)) for variant, run in runs.items()}
    # Up to the first update the windows are alike; what follows shows whether it was.
    alike = guarded.loss == every.loss
    if longest["no clipping"] <= 0.1:
        name = "nothing to clip"
    else:
        bounded = longest["before the step"] < 0.11
        matters = bounded and after.loss == without.loss and not alike
        name = "order matters" if matters else "order does not matter"
    return Outcome(
        name,
        f"The longest gradient that the optimizer took was {longest['no clipping']:.2f} without clipping, "
        f"{longest['before the step']:.2f} with it before the step and {longest['after the step']:.2f} "
        f"after, where the losses were {'equal to' if after.loss == without.loss else 'other than'} "
        "those without; "
        f"clipping each batch of a window gave {'the same losses as' if alike else 'other losses than'} "
        f"clipping its sum, at {longest['window, every batch']:.2f} and {longest['window, guarded']:.2f}.",
        {"longest gradient": dict(longest)},
        {
            "longest gradient without clipping": Compared(longest["no clipping"], 0.1),
            "longest gradient before the step": Compared(longest["before the step"], 0.11),
        },
    )
