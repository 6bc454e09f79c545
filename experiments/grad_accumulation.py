"""Is setting gradient_accumulation_steps enough to accumulate gradients?"""

from collections.abc import Mapping
from math import isnan
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

SET_THE_NUMBER = Edit(
    "accelerator = Accelerator()", "accelerator = Accelerator(gradient_accumulation_steps=4)"
)
ROUND = """        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss)
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
"""
INSIDE = "        with accelerator.accumulate(model):\n" + "".join(
    f"    {line}" for line in ROUND.splitlines(keepends=True)
)
BY_HAND = """        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss / 4)
        if (completed_steps + 1) % 4 == 0 or completed_steps + 1 == len(train_dataloader):
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()
"""

experiment = Experiment(
    variants={
        "no accumulation": [],
        "backward only": [SET_THE_NUMBER],
        "accumulate()": [SET_THE_NUMBER, Edit(ROUND, INSIDE)],
        "by hand": [Edit(ROUND, BY_HAND)],
    },
    outcomes={
        "steps every batch": "Without accumulate() the optimizer still steps on every batch.",
        "waits by itself": "Setting the number is enough.",
    },
    watch=["loss", "grad_norm", "learning_rate"],
    settings={"batch_size": 8, "num_train_examples": 80, "num_training_steps": 10, "num_eval_examples": 16},
)


def observe(page) -> dict[str, float]:
    return {"sum of weights": sum(p.detach().double().sum().item() for p in page.model.parameters())}


def decide(runs: Mapping[str, Run]) -> Outcome:
    plain, alone, gated, hand = (runs[name] for name in experiment.variants)
    batches: dict[str, Any] = {variant: len(run.steps) for variant, run in runs.items()}
    # Only a round in which the optimizer stepped has a norm and a rate.
    norms = {variant: [x for x in run.grad_norm if not isnan(x)] for variant, run in runs.items()}
    rates = {variant: run.series("learning_rate") for variant, run in runs.items()}
    updates: dict[str, Any] = {variant: len(norm) for variant, norm in norms.items()}
    same = gated.loss == hand.loss and gated.observed == hand.observed
    shorter = alone.grad_norm[0] / plain.grad_norm[0]
    finding = (
        f"With backward alone {batches[alone.variant]} batches made {updates[alone.variant]} updates, the "
        f"first from a gradient {shorter:.2f}× as long; inside accumulate() they made "
        f"{updates[gated.variant]}, the short last window among them, and losses and weights "
        f"{'equal the loop by hand bit for bit' if same else 'differ from the loop by hand'}."
    )
    waits = updates[alone.variant] < batches[alone.variant]
    last = {variant: [x for x in rate if not isnan(x)][-1] for variant, rate in rates.items()}
    rows = {
        row: {variant: run.value(row) for variant, run in runs.items()} for row in ("loss", "sum of weights")
    }
    evidence = {"batches": batches, "updates": updates, "last learning rate": last} | rows
    return Outcome("waits by itself" if waits else "steps every batch", finding, evidence)
