"""Why AdamW: what do Adam with L2 and SGD do at the same learning rate?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

ADAMW = "AdamW(model.parameters(), lr=learning_rate, fused=True)"


def instead(optimizer: str, arguments: str) -> list[Edit]:
    return [Edit(ADAMW, f"{optimizer}(model.parameters(), lr=learning_rate{arguments})")]


experiment = Experiment(
    variants={
        "AdamW": [],
        "no decay": instead("AdamW", ", fused=True, weight_decay=0"),
        "AdamW, decay 30": instead("AdamW", ", fused=True, weight_decay=30"),
        "Adam, L2 30": instead("torch.optim.Adam", ", fused=True, weight_decay=30"),
        "SGD": instead("torch.optim.SGD", ""),
        "SGD at 1000×": instead("torch.optim.SGD", " * 1000"),
    },
    outcomes={
        "only adamw learns": "AdamW learns where Adam with L2 and SGD stay behind.",
        "others keep up": "Adam with L2 or SGD does about as well.",
        "nothing learns": "AdamW does not learn here either.",
    },
    watch=["loss", "training loss", "accuracy"],
    # Few pairs, so that AdamW learns them whatever the checkpoint brings along, and overfits.
    settings={
        "learning_rate": 1e-3,
        "batch_size": 8,
        "num_train_examples": 32,
        "num_training_steps": 40,
        "num_eval_examples": 96,
    },
)


def observe(page) -> dict[str, float]:
    """The mean loss without dropout, over the rows trained on and the ones held out."""
    import torch

    page.model.eval()
    found = {}
    for name, dataloader in (
        ("training loss", page.train_dataloader),
        ("evaluation loss", page.eval_dataloader),
    ):
        with torch.no_grad():
            losses = [page.model(**batch).loss.item() for batch in dataloader]
        found[name] = sum(losses) / len(losses)
    return found


def decide(runs: Mapping[str, Run]) -> Outcome:
    training = {variant: run.observed["training loss"] for variant, run in runs.items()}
    held_out = {variant: run.observed["evaluation loss"] for variant, run in runs.items()}
    worst: dict[str, Any] = {variant: max(run.loss) for variant, run in runs.items()}
    began = runs["AdamW"].loss[0]
    if training["AdamW"] > 0.7 * began:
        name = "nothing learns"
    else:
        behind = min(training["Adam, L2 30"], training["SGD"])
        name = "only adamw learns" if behind > 0.8 * began else "others keep up"
    finding = (
        f"From {began:.2f} the loss came to {training['AdamW']:.2f} with AdamW, {training['SGD']:.2f} with "
        f"SGD, which reached {worst['SGD at 1000×']:.1f} at 1000× the rate; a decay of 30 left "
        f"{training['AdamW, decay 30']:.2f} with AdamW, {training['Adam, L2 30']:.2f} with Adam's L2; "
        f"held out, the loss was {held_out['AdamW']:.2f}, {held_out['no decay']:.2f} without decay, and "
        f"{held_out['AdamW, decay 30']:.2f} with a decay of 30."
    )
    return Outcome(
        name, finding, {"training loss": training, "evaluation loss": held_out, "worst loss": worst}
    )
