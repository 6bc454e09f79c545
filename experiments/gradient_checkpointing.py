"""What does gradient checkpointing save and cost, and when is it not there at all?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

PREPARE = "optimizer = AdamW("

experiment = Experiment(
    variants={
        "off": [],
        "on": [Edit(PREPARE, "model.gradient_checkpointing_enable()\n" + PREPARE)],
    },
    outcomes={
        "only in train mode": "It saves memory for a second forward, in train mode alone.",
        "in both modes": "It recomputes in evaluation mode as well.",
        "other losses": "The losses differ.",
        "nothing saved": "As much is held for the backward pass as without.",
    },
    watch=["loss", "held in train mode (KB)", "held in eval mode (KB)", "forwards in train mode"],
    settings={"num_training_steps": 8, "num_train_examples": 128, "num_eval_examples": 32},
)


def observe(page: Any) -> dict[str, float]:
    """What one forward holds for the backward pass, and how often a layer computes for it, by mode."""
    if not hasattr(page, "eval_metric"):
        return {}
    held = {f"held in {mode} mode (KB)": _held(page, mode) for mode in ("train", "eval")}
    return held | {f"forwards in {mode} mode": _forwards(page, mode) for mode in ("train", "eval")}


def _held(page: Any, mode: str) -> float:
    """Kilobytes of distinct tensors saved in the forward pass, weights aside."""
    weights = {p.untyped_storage().data_ptr() for p in page.model.parameters()}
    kept: dict[int, Any] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage
        return tensor

    getattr(page.model, mode)()
    with page.torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        page.model(**page.batch)
    return sum(storage.nbytes() for storage in kept.values()) / 1024


def _forwards(page: Any, mode: str) -> int:
    """How often the first layer's first part runs in one forward and backward pass."""
    from transformers.modeling_layers import GradientCheckpointingLayer

    getattr(page.model, mode)()
    layer = next(part for part in page.model.modules() if isinstance(part, GradientCheckpointingLayer))
    ran: list[int] = []
    hook = next(layer.children()).register_forward_pre_hook(lambda *_: ran.append(1))
    page.model(**page.batch).loss.backward()
    hook.remove()
    return len(ran)


def decide(runs: Mapping[str, Run]) -> Outcome:
    off, on = runs["off"], runs["on"]
    train, evaluation = ("held in train mode (KB)", "held in eval mode (KB)")
    if on.loss != off.loss:
        name = "other losses"
    elif on.observed[train] > 0.8 * off.observed[train]:
        name = "nothing saved"
    else:
        same = on.observed["forwards in eval mode"] == off.observed["forwards in eval mode"]
        name = "only in train mode" if same else "in both modes"
    same_losses = sum(a == b for a, b in zip(off.loss, on.loss, strict=False))
    return Outcome(
        name,
        f"{same_losses} of {len(off.loss)} losses were identical; in train mode a forward held "
        f"{on.observed[train]:,.0f} KB instead of {off.observed[train]:,.0f} and a layer ran "
        f"{on.observed['forwards in train mode']} times instead of {off.observed['forwards in train mode']}; "
        f"in eval mode it held {on.observed[evaluation]:,.0f} KB and {off.observed[evaluation]:,.0f}.",
    )
