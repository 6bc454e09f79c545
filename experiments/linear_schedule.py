"""What does the linear schedule gain over a constant rate, and what comes after its end?"""

from collections.abc import Mapping
from itertools import pairwise
from math import log
from statistics import fmean
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

SCHEDULE = 'get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)'
CONSTANT = Edit(SCHEDULE, 'get_scheduler("constant_with_warmup", optimizer, num_warmup_steps)')
LOW = Edit("lr=learning_rate", "lr=learning_rate / 20")
LOOKED = 5
WATCHED = [
    Edit("completed_steps = 0\n", "completed_steps = 0\nseen = []\n"),
    Edit(
        "        completed_steps += 1\n",
        "        completed_steps += 1\n"
        f"        if completed_steps >= num_training_steps - {LOOKED}:\n"
        "            model.eval()\n"
        "            with torch.no_grad():\n"
        "                logits = [model(**rows).logits for rows in eval_dataloader]\n"
        "            seen.append(torch.cat(logits).diff(dim=-1).squeeze(-1))\n"
        "            model.train()\n",
    ),
]

experiment = Experiment(
    variants={
        "linear": WATCHED,
        "constant": [CONSTANT, *WATCHED],
        "no warm-up": [Edit(SCHEDULE, SCHEDULE.replace("num_warmup_steps", "0"))],
        "linear, low rate": [LOW],
        "constant, low rate": [LOW, CONSTANT],
        "ends halfway": [
            Edit(SCHEDULE, SCHEDULE.replace("num_training_steps", "num_training_steps // 2")),
            Edit("set_seed(seed)\n", "num_training_steps //= 3\nset_seed(seed)\n"),
            *WATCHED,
        ],
    },
    outcomes={
        "settles, at a price": "Decay calms the end at the high rate and costs learning at the low one.",
        "ahead at both": "Decay calms the end at the high rate and is ahead at the low one as well.",
        "no difference": "At the high rate a constant rate ends as calmly.",
    },
    watch=["loss", "learning_rate", "jump per step"],
    settings={
        "learning_rate": 2e-3,
        "batch_size": 8,
        "num_train_examples": 480,
        "num_training_steps": 60,
        "num_eval_examples": 64,
    },
)


def observe(page) -> dict[str, float]:
    """`jump per step`: how far each of the last steps moved a held-out pair's logits apart, on average."""
    with page.torch.no_grad():
        losses = [(page.model(**rows).loss.item(), len(rows["labels"])) for rows in page.eval_dataloader]
    seen = {"held-out loss": sum(loss * rows for loss, rows in losses) / sum(rows for _, rows in losses)}
    jumps = [(after - before).abs().mean().item() for before, after in pairwise(getattr(page, "seen", []))]
    return seen | ({"jump per step": fmean(jumps)} if jumps else {})


def decide(runs: Mapping[str, Run]) -> Outcome:
    # The last quarter of the steps, over the same batches in each variant.
    loss: dict[str, Any] = {variant: fmean(run.loss[-len(run.loss) // 4 :]) for variant, run in runs.items()}
    jump = {variant: runs[variant].observed["jump per step"] for variant in ("linear", "constant")}
    held_out = {variant: run.observed["held-out loss"] for variant, run in runs.items()}
    # A ratio spreads by factors, so its logarithm is held against that of 1, no calmer than without decay.
    calmer = log(jump["linear"] / jump["constant"])
    slower = held_out["linear, low rate"] / held_out["constant, low rate"]
    if calmer >= 0:
        name = "no difference"
    else:
        name = "settles, at a price" if slower > 1 else "ahead at both"
    idle = sum(rate == 0 for rate in runs["ends halfway"].series("learning_rate")[1:])
    finding = (
        f"At the high rate each of the last steps moved the logits of a held-out pair by "
        f"{jump['constant']:.3f} without decay and by {jump['linear']:.3f} with it; over the last quarter "
        f"the loss was {loss['constant']:.3f} and {loss['linear']:.3f}, with decay but no warm-up "
        f"{loss['no warm-up']:.3f}; at a twentieth of the rate the held-out loss ended at "
        f"{held_out['constant, low rate']:.3f} without decay and {held_out['linear, low rate']:.3f} with it; "
        f"a schedule that ended halfway left {idle} steps at a rate of 0."
    )
    return Outcome(
        name,
        finding,
        {
            "loss, last quarter": loss,
            "jump per step": {variant: run.value("jump per step") for variant, run in runs.items()},
            "held-out loss": dict(held_out),
        },
        {
            "log of the jump with decay by that without": Compared(calmer, 0.0),
            "held-out loss at the low rate, with decay by without": Compared(slower, 1.0),
        },
    )
