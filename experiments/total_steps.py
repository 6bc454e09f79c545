"""Does num_training_steps count batches or updates?"""

from collections.abc import Mapping
from math import isnan

from experiments.engine import Compared, Edit, Experiment, Outcome, Run
from experiments.grad_accumulation import INSIDE, ROUND, SET_THE_NUMBER

SCHEDULE = 'get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)'
ACCUMULATED = [SET_THE_NUMBER, Edit(ROUND, INSIDE)]

experiment = Experiment(
    variants={
        "updates counted": [
            *ACCUMULATED,
            Edit(SCHEDULE, SCHEDULE.replace("num_training_steps", "math.ceil(num_training_steps / 4)")),
        ],
        "batches counted": ACCUMULATED,
    },
    outcomes={
        "never decays": "Told the number of batches, the schedule hardly gets past its peak.",
        "decays all the same": "Told the number of batches, the schedule still comes down.",
    },
    watch=["learning_rate", "loss", "rate left"],
    settings={
        "batch_size": 4,
        "num_train_examples": 80,
        "num_training_steps": 20,
        "num_warmup_steps": 0,
        "num_eval_examples": 16,
    },
)


def observe(page) -> dict[str, float]:
    """`rate left`: the share of the peak that would come next."""
    return {"rate left": page.lr_scheduler.get_last_lr()[0] / page.learning_rate}


def decide(runs: Mapping[str, Run]) -> Outcome:
    left = {variant: run.observed["rate left"] for variant, run in runs.items()}
    updates = {variant: sum(not isnan(norm) for norm in run.grad_norm) for variant, run in runs.items()}
    counted = runs["batches counted"]
    return Outcome(
        "never decays" if left["batches counted"] > 0.5 else "decays all the same",
        f"{len(counted.steps)} batches made {updates['batches counted']} updates; told the number of "
        f"batches, the schedule ended with {left['batches counted']:.0%} of its peak left, told "
        f"that of updates with {left['updates counted']:.0%}.",
        {"updates": dict(updates), "rate left": dict(left)},
        {"rate left, batches counted": Compared(left["batches counted"], 0.5)},
    )
