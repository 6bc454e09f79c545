"""What does freezing the encoder save, and what does it cost?"""

from collections.abc import Mapping
from math import log
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

MODEL = "model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)\n"
OPTIMIZER = "AdamW(model.parameters()"

experiment = Experiment(
    variants={
        "whole model": [],
        "frozen": [Edit(MODEL, MODEL + "model.base_model.requires_grad_(False)\n")],
        "head in the optimizer": [Edit(OPTIMIZER, "AdamW(model.classifier.parameters()")],
    },
    outcomes={
        "learns less for less": "Frozen it keeps little for backward, and its loss stays well above.",
        "learns as well": "Frozen it comes as low.",
        "saves nothing": "Frozen it keeps as much for backward.",
    },
    watch=["loss", "kept for backward", "trained parameters"],
    # Few pairs, which the whole model can learn by heart, whatever the checkpoint brings along.
    settings={
        "learning_rate": 1e-3,
        "batch_size": 8,
        "num_train_examples": 32,
        "num_training_steps": 40,
        "num_eval_examples": 16,
    },
)


def observe(page) -> dict[str, Any]:
    """`kept for backward`: bytes that autograd keeps of one batch, parameters left out."""
    import torch

    kept: dict[int, int] = {}
    own = {p.data_ptr() for p in page.model.parameters()}

    def keep(tensor):
        if tensor.data_ptr() not in own:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    page.model.train()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = page.model(**next(iter(page.train_dataloader))).loss
    loss.backward()
    moments = [value for state in page.optimizer.state.values() for value in state.values()]
    page.model.eval()
    with torch.no_grad():
        losses = [page.model(**batch).loss.item() for batch in page.train_dataloader]
    positive = page.train_dataset["labels"][:].double().mean().item()
    return {
        "trained parameters": sum(
            p.numel() for p in page.optimizer.param_groups[0]["params"] if p.requires_grad
        ),
        "parameters": sum(p.numel() for p in page.model.parameters()),
        "kept for backward": sum(kept.values()),
        "optimizer state, bytes": sum(value.nbytes for value in moments if torch.is_tensor(value)),
        "training loss": sum(losses) / len(losses),
        "loss of the class ratio": -positive * log(positive) - (1 - positive) * log(1 - positive),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    whole, frozen, head = (run.observed for run in runs.values())
    share = frozen["kept for backward"] / whole["kept for backward"]
    chance = whole["loss of the class ratio"]
    gained = (chance - frozen["training loss"]) / (chance - whole["training loss"])
    if share > 0.5:
        name = "saves nothing"
    else:
        name = "learns as well" if gained > 0.5 else "learns less for less"
    same = "the same" if runs["frozen"].loss == runs["head in the optimizer"].loss else "other"
    return Outcome(
        name,
        f"Frozen, {frozen['trained parameters']:,.0f} of {frozen['parameters']:,.0f} parameters were "
        f"trained, {share:.2%} as much was kept for backward, and the loss on the pairs trained on came to "
        f"{frozen['training loss']:.3f} against {whole['training loss']:.3f} (the class ratio alone gives "
        f"{chance:.3f}); with only the head in the "
        f"optimizer the losses were {same}, with "
        f"{head['kept for backward'] / whole['kept for backward']:.0%} kept.",
        {name: {variant: run.value(name) for variant, run in runs.items()} for name in whole},
        {"share kept": Compared(share, 0.5), "share of the gain over the class ratio": Compared(gained, 0.5)},
    )
