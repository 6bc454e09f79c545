"""How large is the batch behind one update on two processes?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

# Without dropout, so that the gradients differ by their batches alone.
NO_DROPOUT = Edit("model.train()\n", "")
HALF = Edit("shuffle=True, batch_size=batch_size,", "shuffle=True, batch_size=batch_size // 2,")

experiment = Experiment(
    variants={"16 a process": [NO_DROPOUT], "8 a process": [NO_DROPOUT, HALF]},
    outcomes={
        "mean over both": "Two processes step together on the mean over both their batches.",
        "sum over both": "Two processes step on the sum of both gradients.",
        "each its own": "The gradient is not that of both batches together.",
    },
    watch=["grad_norm", "updates on one", "updates on two", "first gradient on two", "peak rate on two"],
    settings={
        "num_train_examples": 128,
        "num_training_steps": 8,
        "num_warmup_steps": 0,
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
        "first gradient on two": run.grad_norm[0],
        "peak rate on one": page.learning_rate,
        "peak rate on two": max(run.series("learning_rate")),
    }


def report(page) -> dict[str, float]:
    return {"updates": len(page.train_dataloader)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    whole, half = runs.values()
    ratio = half.observed["first gradient on two"] / whole.grad_norm[0]
    name = next(
        (n for n, r in (("mean over both", 1), ("sum over both", 2)) if abs(ratio / r - 1) < 0.01), None
    )
    seen = whole.observed
    return Outcome(
        name or "each its own",
        f"The first gradient of two processes with half a batch each was {ratio:.4f}× as long as that of one "
        f"process with the whole batch; at the same batch_size an epoch took {seen['updates on one']} "
        f"updates on one and {seen['updates on two']} on two, at a rate of {seen['peak rate on one']:g} and "
        f"{seen['peak rate on two']:g}.",
        {
            "first gradient on one": {variant: run.grad_norm[0] for variant, run in runs.items()},
            **{row: {variant: run.value(row) for variant, run in runs.items()} for row in seen},
        },
    )
