"""Is setting gradient_accumulation_steps enough to accumulate gradients?"""

from collections.abc import Mapping
from math import isnan

from experiments.engine import Edit, Experiment, Outcome, Run
from experiments.engine.experiment import Table

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
    batches = {variant: len(run.steps) for variant, run in runs.items()}
    updates = {variant: sum(not isnan(norm) for norm in run.grad_norm) for variant, run in runs.items()}
    rates = {
        variant: [rate for rate in run.series("learning_rate") if not isnan(rate)][-1]
        for variant, run in runs.items()
    }
    weights = {variant: run.observed["sum of weights"] for variant, run in runs.items()}
    same = gated.loss == hand.loss and weights[gated.variant] == weights[hand.variant]
    finding = (
        f"With backward alone {batches[alone.variant]} batches made {updates[alone.variant]} updates, the first "
        f"from a gradient {alone.grad_norm[0] / plain.grad_norm[0]:.2f}× as long; inside accumulate() they made "
        f"{updates[gated.variant]}, the short last window among them, and losses and weights "
        f"{'equal the loop by hand bit for bit' if same else 'differ from the loop by hand'}."
    )
    waits = updates[alone.variant] < batches[alone.variant]
    evidence: Table = {
        "loss": {variant: run.final_loss for variant, run in runs.items()},
        "batches": batches,
        "updates": updates,
        "last learning rate": rates,
        "sum of weights": weights,
    }
    return Outcome("waits by itself" if waits else "steps every batch", finding, evidence)
