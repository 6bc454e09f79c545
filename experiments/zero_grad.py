"""What happens when optimizer.zero_grad() is left out?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

NOT_CLEARED = Edit("        optimizer.zero_grad()\n", "")

experiment = Experiment(
    variants={"cleared": [], "piling up": [NOT_CLEARED]},
    outcomes={
        "diverges": "Uncleared gradients drive the loss above where it began.",
        "learns worse": "It still learns, but ends well behind the loop that clears.",
        "learns anyway": "Its loss ends about where the other's does.",
    },
    watch=["loss", "grad_norm", "accuracy"],
    settings={"learning_rate": 5e-3},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    cleared, piling = runs["cleared"], runs["piling up"]
    began = cleared.loss[0]
    if not piling.final_loss <= 1.1 * began:  # a loss that is no number ran away too
        name = "diverges"
    elif piling.final_loss > cleared.final_loss + 0.1 * began:
        name = "learns worse"
    else:
        name = "learns anyway"
    growth = piling.final("grad_norm") / cleared.final("grad_norm")
    return Outcome(
        name,
        f"After {len(piling.steps)} steps the uncleared gradient was {growth:.0f} times as long and the loss "
        f"{piling.final_loss:.2f}, from {began:.2f} at the start; cleared, it was {cleared.final_loss:.2f}.",
    )
