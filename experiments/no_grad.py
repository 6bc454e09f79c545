"""What does torch.no_grad() save in evaluation, and does it change the result?"""

import hashlib
from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

NO_GRAD = "    with torch.no_grad():\n        outputs = model(**batch)\n    predictions"
WITHOUT = "    outputs = model(**batch)\n    predictions"
START = "model.eval()\n"

experiment = Experiment(
    variants={
        "no_grad": [],
        "with a graph": [Edit(NO_GRAD, WITHOUT)],
        "inference_mode": [Edit("torch.no_grad()", "torch.inference_mode()")],
        "losses kept": [
            Edit(START, START + "kept = []\n"),
            Edit(
                NO_GRAD, WITHOUT.replace("    predictions", "    kept.append(outputs.loss)\n    predictions")
            ),
        ],
    },
    outcomes={
        "same logits, no graph": "The logits are bit-equal, and nothing is saved for backward.",
        "different logits": "The logits change.",
        "no saving": "As much is held for backward with it as without.",
    },
    watch=["held for backward (KB)", "accuracy"],
    settings={"num_training_steps": 4, "num_train_examples": 64, "num_eval_examples": 64},
)


def observe(page) -> dict[str, object]:
    """What the graphs that evaluation left behind hold, besides the weights, and the last batch's logits."""
    weights = {p.untyped_storage().data_ptr() for p in page.model.parameters()}
    held: dict[int, int] = {}
    waiting = [loss.grad_fn for loss in getattr(page, "kept", [])] + [page.outputs.logits.grad_fn]
    seen = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting += [following for following, _ in node.next_functions]
        saved = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
        for tensor in saved:
            if hasattr(tensor, "untyped_storage"):
                storage = tensor.untyped_storage()
                held[storage.data_ptr()] = storage.nbytes()
    kilobytes = sum(size for place, size in held.items() if place not in weights) / 1024
    logits = hashlib.sha256(page.outputs.logits.detach().cpu().numpy().tobytes()).hexdigest()[:8]
    return {
        "held for backward (KB)": kilobytes,
        "graph nodes": len(seen),
        "logits (hash)": logits,
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    same = len({run.observed["logits (hash)"] for run in runs.values()}) == 1
    held = {variant: run.observed["held for backward (KB)"] for variant, run in runs.items()}
    if not same:
        name = "different logits"
    elif held["no_grad"] < 0.1 * held["with a graph"]:
        name = "same logits, no graph"
    else:
        name = "no saving"
    return Outcome(
        name,
        f"The logits were {'bit-equal' if same else 'not equal'}; evaluation left {held['no_grad']:.0f} KB "
        f"for backward under no_grad, {held['with a graph']:.0f} KB without it, and "
        f"{held['losses kept']:.0f} KB where the losses were kept.",
        {
            row: {variant: run.value(row) for variant, run in runs.items()}
            for row in ("held for backward (KB)", "graph nodes", "accuracy")
        },
    )
