"""How large is the batch behind one update on two processes?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

# Without dropout, so that the gradients differ by their batches alone.
NO_DROPOUT = Edit("model.train()\n", "")
HALF = Edit("shuffle=True, batch_size=batch_size,", "shuffle=True, batch_size=batch_size // 2,")
# A prepared scheduler takes a step per process at each update.
LONGER = Edit(
    "optimizer, num_warmup_steps, num_training_steps)",
    """optimizer,
    num_warmup_steps * accelerator.num_processes,
    num_training_steps * accelerator.num_processes,
)""",
)
TOLERANCE = 0.01

experiment = Experiment(
    variants={"16 a process": [NO_DROPOUT], "8 a process": [NO_DROPOUT, HALF, LONGER]},
    outcomes={
        "mean over both": "Two processes take the steps of one with the whole batch.",
        "sum over both": "Two processes step on the sum of both their gradients.",
        "each its own": "Their gradients are not those of both batches together.",
    },
    watch=["grad_norm", "updates on one", "updates on two", "first gradient on two", "peak rate on two"],
    settings={
        "num_train_examples": 128,
        "num_training_steps": 8,
        "num_warmup_steps": 2,
        "num_eval_examples": 16,
    },
)


def observe(page) -> dict[str, Any]:
    """The same page on two processes. `updates`: those of one epoch."""
    from experiments.engine.launch import launch, text_of

    run = launch(text_of(page), 2, __name__)[0]
    return {
        "updates on one": len(page.train_dataloader),
        "updates on two": run.observed["updates"],
        "gradients on two": run.grad_norm,
        "first gradient on two": run.grad_norm[0],
        "peak rate on one": page.learning_rate,
        "peak rate on two": max(run.series("learning_rate")),
    }


def report(page) -> dict[str, float]:
    return {"updates": len(page.train_dataloader)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    whole, half = runs.values()
    ratios = [b / a for a, b in zip(whole.grad_norm, half.observed["gradients on two"], strict=True)]
    off = max(abs(ratio - 1) for ratio in ratios)
    if off < TOLERANCE:
        name = "mean over both"
    else:
        name = "sum over both" if abs(ratios[0] - 2) < TOLERANCE else "each its own"
    seen = whole.observed
    finding = (
        f"With half a batch each and the schedule's length doubled, the {len(ratios)} gradients of two "
        f"processes were those of one process with the whole batch but for {off:.1g} of their length (the "
        f"first was {ratios[0]:.4f}× as long); at the same batch_size an epoch took "
        f"{seen['updates on one']} updates on one and {seen['updates on two']} on two, at a rate of "
        f"{seen['peak rate on one']:g} and {seen['peak rate on two']:g}."
    )
    rows = [row for row in seen if row != "gradients on two"]
    evidence = {
        "first gradient on one": {variant: run.grad_norm[0] for variant, run in runs.items()},
        **{row: {variant: run.value(row) for variant, run in runs.items()} for row in rows},
    }
    return Outcome(name, finding, evidence, {"gradients apart by": Compared(off, TOLERANCE)})
