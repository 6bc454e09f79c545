"""What happens to small updates if the weights themselves are loaded in half precision?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

LOAD = "num_labels=2)"

experiment = Experiment(
    variants={
        "float32": [],
        "bfloat16 weights": [Edit(LOAD, 'num_labels=2, dtype="bfloat16")')],
        "float16 weights": [Edit(LOAD, 'num_labels=2, dtype="float16")')],
        "bf16 autocast": [Edit("Accelerator()", 'Accelerator(mixed_precision="bf16")')],
    },
    outcomes={
        "updates are rounded away": "Most bfloat16 weights stay as they were; under autocast all move.",
        "all move": "Nearly all weights move, whatever their precision.",
        "autocast rounds too": "Autocast leaves most weights where they were as well.",
    },
    watch=["loss", "weights moved", "weights are", "AdamW's state is", "reloaded as"],
    settings={
        "num_training_steps": 2,
        "num_warmup_steps": 0,
        "learning_rate": 2e-5,
        "num_train_examples": 32,
        "num_eval_examples": 16,
    },
)


def observe(page: Any) -> dict[str, Any]:
    """The share of the body's weights that two steps moved, and the types of weights and AdamW's state.

    `reloaded as`: what `from_pretrained` makes of the saved model when no type is asked for.
    """
    from tempfile import TemporaryDirectory

    if not hasattr(page, "lr_scheduler"):
        return {}
    model = page.accelerator.unwrap_model(page.model, keep_fp32_wrapper=False)
    fresh = type(model).from_pretrained(page.checkpoint, num_labels=2, dtype=model.dtype)
    pairs = list(zip(model.base_model.parameters(), fresh.base_model.parameters(), strict=True))
    moved = sum(int((after.cpu() != before).sum()) for after, before in pairs)
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        again = type(model).from_pretrained(folder).dtype
    state: dict[str, Any] = next(iter(page.optimizer.state.values()), {})
    return {
        "weights moved": moved / sum(after.numel() for after, _ in pairs),
        "weights are": str(model.dtype).removeprefix("torch."),
        "AdamW's state is": str(getattr(state.get("exp_avg"), "dtype", None)).removeprefix("torch."),
        "reloaded as": str(again).removeprefix("torch."),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    full, half, float16, autocast = (run.observed["weights moved"] for run in runs.values())
    if half > 0.5 * full:
        name = "all move"
    else:
        name = "updates are rounded away" if autocast > 0.9 * full else "autocast rounds too"
    return Outcome(
        name,
        f"Two steps moved {full:.1%} of the float32 weights, {half:.1%} of those loaded in bfloat16, "
        f"{float16:.1%} in float16, and {autocast:.1%} under bf16 autocast, where they stay "
        f"{runs['bf16 autocast'].observed['weights are']}.",
    )
