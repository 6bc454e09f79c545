"""What does the linear schedule gain over a constant rate, and what comes after its end?"""

import itertools
from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

SCHEDULE = 'get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)'
CONSTANT = Edit(SCHEDULE, 'get_scheduler("constant_with_warmup", optimizer, num_warmup_steps)')
LOW = Edit("lr=learning_rate", "lr=learning_rate / 20")

experiment = Experiment(
    variants={
        "linear": [],
        "constant": [CONSTANT],
        "no warm-up": [Edit(SCHEDULE, 'get_scheduler("linear", optimizer, 0, num_training_steps)')],
        "linear, low rate": [LOW],
        "constant, low rate": [LOW, CONSTANT],
        "ends halfway": [Edit(SCHEDULE, SCHEDULE.replace("num_training_steps", "num_training_steps // 2"))],
    },
    outcomes={
        "matters at high rates": "Decay ends clearly lower at the high rate and not at the low one.",
        "matters at both": "Decay ends clearly lower at both rates.",
        "no difference": "A constant rate ends as low.",
    },
    watch=["loss", "learning_rate", "training loss"],
    # Few pairs, so that there is something to settle on, whatever the checkpoint brings along.
    settings={
        "learning_rate": 4e-3,
        "batch_size": 8,
        "num_train_examples": 32,
        "num_training_steps": 60,
        "num_eval_examples": 16,
    },
)


def observe(page) -> dict[str, float]:
    """The mean loss over rows trained on, without dropout: less noisy than the last batches."""
    import torch

    page.model.eval()
    batches = itertools.islice(page.train_dataloader, 25)
    with torch.no_grad():
        losses = [page.model(**batch).loss.item() for batch in batches]
    return {"training loss": sum(losses) / len(losses)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    loss = {variant: run.observed["training loss"] for variant, run in runs.items()}
    began = runs["linear"].loss[0]
    high = (loss["constant"] - loss["linear"]) / began
    low = (loss["constant, low rate"] - loss["linear, low rate"]) / began
    if high > 0.1:
        name = "matters at both" if low > 0.1 else "matters at high rates"
    else:
        name = "no difference"
    idle = sum(rate == 0 for rate in runs["ends halfway"].series("learning_rate")[1:])
    finding = (
        f"From {began:.2f} the loss at the high rate came to {loss['linear']:.2f} with decay and "
        f"{loss['constant']:.2f} without, {loss['no warm-up']:.2f} without warm-up; at the low rate to "
        f"{loss['linear, low rate']:.2f} and {loss['constant, low rate']:.2f}; a schedule that ended halfway "
        f"left {idle} steps at a rate of 0."
    )
    return Outcome(name, finding)
