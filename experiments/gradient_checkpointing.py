"""What does gradient checkpointing save, and does training stay the same?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

PREPARE = "optimizer = AdamW("
# `activation_checkpointing_enable` is its name from transformers 5.23 on; until 6 both are there.
ENABLE = "model.gradient_checkpointing_enable({})\n" + PREPARE
# The embedded model's layers have no dropout of their own, and then nothing could be drawn differently.
DROPOUT = Edit("num_labels=2)", "num_labels=2, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)")
DRAWN_ANEW = '{"use_reentrant": False, "preserve_rng_state": False}'

experiment = Experiment(
    variants={
        "off": [DROPOUT],
        "on": [DROPOUT, Edit(PREPARE, ENABLE.format(""))],
        "on, masks drawn anew": [
            DROPOUT,
            Edit(PREPARE, ENABLE.format(DRAWN_ANEW)),
        ],
    },
    outcomes={
        "only in train mode": "It saves memory for a second forward, in train mode alone; no loss changes.",
        "in both modes": "It recomputes in evaluation mode as well.",
        "other losses": "The losses differ.",
        "nothing saved": "It holds more than half of what is held without.",
        "nothing drawn": "The losses are identical even with masks drawn anew: there is no dropout to keep.",
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
    off, on, anew = runs.values()
    train, evaluation = ("held in train mode (KB)", "held in eval mode (KB)")
    share = on.observed[train] / off.observed[train]
    if on.loss != off.loss:
        name = "other losses"
    elif share > 0.5:
        name = "nothing saved"
    elif anew.loss == off.loss:
        name = "nothing drawn"
    else:
        same = on.observed["forwards in eval mode"] == off.observed["forwards in eval mode"]
        name = "only in train mode" if same else "in both modes"
    finding = (
        f"{_equal(on, off)} of {len(off.loss)} losses were identical, and {_equal(anew, off)} with masks "
        f"drawn anew in the second forward; in train mode a forward held "
        f"{on.observed[train]:,.0f} KB instead of {off.observed[train]:,.0f} and a layer ran "
        f"{on.observed['forwards in train mode']} times instead of {off.observed['forwards in train mode']}; "
        f"in eval mode it held {on.observed[evaluation]:,.0f} KB and {off.observed[evaluation]:,.0f}."
    )
    return Outcome(name, finding, compared={"share of what is held without": Compared(share, 0.5)})


def _equal(run: Run, other: Run) -> int:
    return sum(a == b for a, b in zip(run.loss, other.loss, strict=False))
