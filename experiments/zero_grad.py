"""What happens when optimizer.zero_grad() is left out?"""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

NOT_CLEARED = Edit("        optimizer.zero_grad()\n", "")
LOW = Edit("lr=learning_rate", "lr=learning_rate / 5")
STEP = "        optimizer.step()\n"
MEAN = """        total = [p.grad.clone() for p in model.parameters()]
        torch._foreach_div_([p.grad for p in model.parameters()], completed_steps + 1)
        optimizer.step()
        torch._foreach_copy_([p.grad for p in model.parameters()], total)
"""

experiment = Experiment(
    variants={
        "cleared": [],
        "piling up": [NOT_CLEARED],
        "piling up, mean": [NOT_CLEARED, Edit(STEP, MEAN)],
        "cleared, low rate": [LOW],
        "piling up, low rate": [LOW, NOT_CLEARED],
    },
    outcomes={
        "diverges": "Uncleared, the loss runs away to more than twice where it began.",
        "learns worse": "It loses more than a quarter of what the loop that clears has gained.",
        "learns anyway": "Its loss ends about where the other's does.",
    },
    watch=["loss", "grad_norm", "accuracy"],
    settings={"learning_rate": 1e-3, "batch_size": 8, "num_training_steps": 60, "num_eval_examples": 96},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    # The second half of the steps: the loss swings too widely for the last few to say.
    ended: dict[str, Any] = {variant: fmean(run.loss[len(run.loss) // 2 :]) for variant, run in runs.items()}
    began = runs["cleared"].loss[0]
    cleared, piling = ended["cleared"], ended["piling up"]
    lost = (piling - cleared) / (began - cleared)
    if not piling <= 2 * began:  # a loss that is no number ran away too
        name = "diverges"
    else:
        name = "learns worse" if lost > 1 / 4 else "learns anyway"
    growth = runs["piling up"].final("grad_norm") / runs["piling up"].grad_norm[0]
    norms: dict[str, Any] = {variant: run.final("grad_norm") for variant, run in runs.items()}
    accuracy: dict[str, Any] = {variant: run.accuracy for variant, run in runs.items()}
    finding = (
        f"From {began:.2f} the loss came to {cleared:.2f} cleared and {piling:.2f} uncleared, the gradient "
        f"{growth:.0f}× as long as at first; divided by the number of steps, to "
        f"{ended['piling up, mean']:.2f}; at a fifth of the rate to {ended['cleared, low rate']:.2f} and "
        f"{ended['piling up, low rate']:.2f}."
    )
    evidence = {"loss, second half": ended, "gradient norm": norms, "accuracy": accuracy}
    return Outcome(name, finding, evidence, {"lost of what was gained": Compared(lost, 1 / 4)})
