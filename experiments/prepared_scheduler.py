"""How often does a prepared scheduler step on two processes?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

SCHEDULE = 'lr_scheduler = get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)\n'
BY_LENGTH = SCHEDULE.replace("num_training_steps", "len(train_dataloader)")
ONE_EPOCH = Edit("math.ceil(num_training_steps / len(train_dataloader))", "1")

experiment = Experiment(
    variants={
        "counted before prepare": [Edit(SCHEDULE, BY_LENGTH), ONE_EPOCH],
        "counted after prepare": [
            Edit(SCHEDULE, "train_dataloader = accelerator.prepare(train_dataloader)\n" + BY_LENGTH),
            ONE_EPOCH,
        ],
    },
    outcomes={
        "once a process": "The schedule advances by the number of processes at each update.",
        "once an update": "The schedule advances by one at each update.",
    },
    watch=["learning_rate", "updates on two", "schedule steps on two", "rate of 0 on two"],
    # One epoch: 16 batches on one process, 8 on each of two.
    settings={
        "batch_size": 8,
        "num_train_examples": 128,
        "num_training_steps": 16,
        "num_warmup_steps": 0,
        "num_eval_examples": 16,
    },
)


def observe(page) -> dict[str, Any]:
    """The same page on two processes. `rate of 0`: updates that changed nothing."""
    from experiments.engine.launch import launch, text_of

    run = launch(text_of(page), 2, __name__)[0]
    rates = run.series("learning_rate")
    return {
        "updates on two": len(rates),
        "schedule steps on two": run.observed["schedule steps"],
        "rate of 0 on two": rates.count(0),
        "rates on two": [["update", "learning rate"], *([n, rate] for n, rate in enumerate(rates, 1))],
    }


def report(page) -> dict[str, float]:
    return {"schedule steps": page.lr_scheduler.scheduler.last_epoch}


def decide(runs: Mapping[str, Run]) -> Outcome:
    before, after = (run.observed for run in runs.values())
    updates, steps = after["updates on two"], after["schedule steps on two"]
    rows = ("updates on two", "schedule steps on two", "rate of 0 on two")
    return Outcome(
        "once an update" if steps == updates else "once a process",
        f"On two processes {updates} updates advanced the schedule by {steps} steps; with its length counted "
        f"after prepare {after['rate of 0 on two']} of them had a rate of 0, counted before "
        f"{before['rate of 0 on two']}.",
        {
            "updates on one": {variant: len(run.steps) for variant, run in runs.items()},
            **{row: {variant: run.value(row) for variant, run in runs.items()} for row in rows},
        },
    )
