"""What does the linear schedule gain over a constant rate, and what comes after its end?"""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

SCHEDULE = 'get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)'
CONSTANT = Edit(SCHEDULE, 'get_scheduler("constant_with_warmup", optimizer, num_warmup_steps)')
# How many seeds on. A constant rate is lucky on some, so that it needs more of them.
LINEAR, CONSTANTS = (0, 1), (0, 1, 2)
LOW = Edit("lr=learning_rate", "lr=learning_rate / 20")
SHORT = Edit("set_seed(seed)\n", "num_training_steps //= 3\nset_seed(seed)\n")


def after(seeds: int) -> list[Edit]:
    """So many seeds on: one seed alone may be lucky at a constant rate."""
    return [Edit("set_seed(seed)\n", f"seed += {seeds}\nset_seed(seed)\n")] if seeds else []


def named(schedule: str, seeds: int) -> str:
    return f"{schedule}, seed + {seeds}" if seeds else schedule


experiment = Experiment(
    variants={
        **{named("linear", seeds): after(seeds) for seeds in LINEAR},
        **{named("constant", seeds): [CONSTANT, *after(seeds)] for seeds in CONSTANTS},
        "no warm-up": [Edit(SCHEDULE, 'get_scheduler("linear", optimizer, 0, num_training_steps)')],
        "linear, low rate": [LOW, SHORT],
        "constant, low rate": [LOW, CONSTANT, SHORT],
        "ends halfway": [
            Edit(SCHEDULE, SCHEDULE.replace("num_training_steps", "num_training_steps // 2")),
            SHORT,
        ],
    },
    outcomes={
        "matters at high rates": "Decay settles far lower at the high rate and not at the low one.",
        "matters at both": "Decay settles far lower at both rates.",
        "no difference": "A constant rate ends as low.",
    },
    watch=["loss", "learning_rate"],
    # Few pairs, so that there is something to settle on, whatever the checkpoint brings along.
    settings={
        "learning_rate": 5e-3,
        "batch_size": 8,
        "num_train_examples": 32,
        "num_training_steps": 60,
        "num_eval_examples": 16,
    },
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    # The last quarter of the steps: long enough to see whether the loss still jumps.
    loss: dict[str, Any] = {variant: fmean(run.loss[-len(run.loss) // 4 :]) for variant, run in runs.items()}
    worst: dict[str, Any] = {variant: max(run.loss[-len(run.loss) // 4 :]) for variant, run in runs.items()}
    linear = fmean(loss[named("linear", seeds)] for seeds in LINEAR)
    constant = fmean(loss[named("constant", seeds)] for seeds in CONSTANTS)
    high = constant / linear
    low = loss["constant, low rate"] / loss["linear, low rate"]
    if high > 1.5:
        name = "matters at both" if low > 1.5 else "matters at high rates"
    else:
        name = "no difference"
    idle = sum(rate == 0 for rate in runs["ends halfway"].series("learning_rate")[1:])
    finding = (
        f"Over the last quarter of the steps the loss at the high rate was {linear:.3f} with decay and "
        f"{constant:.3f} without (means of {len(LINEAR)} and {len(CONSTANTS)} seeds), "
        f"{loss['no warm-up']:.3f} without warm-up; at the low rate {loss['linear, low rate']:.2f} and "
        f"{loss['constant, low rate']:.2f}; a schedule that ended halfway left {idle} steps at a rate of 0."
    )
    return Outcome(name, finding, {"loss, last quarter": loss, "worst of them": worst})
