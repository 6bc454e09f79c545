"""What happens to small updates if the weights themselves are loaded in half precision?"""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

RATE, LOAD = "lr=learning_rate", "num_labels=2)"
# Decay moves every weight a little, also those that no gradient reaches.
NO_DECAY = Edit(RATE, f"{RATE}, weight_decay=0.0")

experiment = Experiment(
    variants={
        "float32": [NO_DECAY],
        "bfloat16 weights": [NO_DECAY, Edit(LOAD, 'num_labels=2, dtype="bfloat16")')],
        "bf16 autocast": [NO_DECAY, Edit("Accelerator()", 'Accelerator(mixed_precision="bf16")')],
        "not trained": [Edit(RATE, "lr=0.0, weight_decay=0.0")],
    },
    outcomes={
        "updates are rounded away": "Most bfloat16 weights stay, and most of the learning with them.",
        "no harm done": "Most bfloat16 weights stay, and the model learns much the same.",
        "all move": "Most weights move, whatever their precision.",
        "autocast rounds too": "Autocast leaves most weights where they were as well.",
    },
    watch=["loss", "weights moved", "weights are", "AdamW's state is", "reloaded as"],
    settings={
        "num_training_steps": 32,
        "num_warmup_steps": 0,
        "learning_rate": 2e-5,
        "batch_size": 8,
        "num_train_examples": 256,
        "num_eval_examples": 16,
    },
)


def observe(page: Any) -> dict[str, Any]:
    """`weights moved`: the share of the layers' weights; each of them gets a gradient.

    `reloaded as`: what `from_pretrained` makes of the saved model when no type is asked for.
    """
    from tempfile import TemporaryDirectory

    if not hasattr(page, "lr_scheduler"):
        return {}
    model = page.accelerator.unwrap_model(page.model, keep_fp32_wrapper=False)
    fresh = type(model).from_pretrained(page.checkpoint, num_labels=2, dtype=model.dtype)
    before = dict(fresh.base_model.named_parameters())
    pairs = [(p, before[n]) for n, p in model.base_model.named_parameters() if ".layer." in n]
    moved = sum(int((after.cpu() != fresh).sum()) for after, fresh in pairs)
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
    full, half, autocast, _ = (run.observed["weights moved"] for run in runs.values())
    # The second half of the steps, on the same batches: what training took off the loss.
    full_loss, half_loss, autocast_loss, began = (
        fmean(run.loss[len(run.loss) // 2 :]) for run in runs.values()
    )
    learned = (began - half_loss) / (began - full_loss)
    if half > 0.5 * full:
        name = "all move"
    elif autocast <= 0.5 * full:
        name = "autocast rounds too"
    else:
        name = "updates are rounded away" if learned < 0.5 else "no harm done"
    finding = (
        f"Of the layers' weights {full:.1%} had moved in float32, {autocast:.1%} under bf16 autocast, where "
        f"they stay {runs['bf16 autocast'].observed['weights are']}, and {half:.1%} of those loaded in "
        f"bfloat16; from {began:.3f} the loss came to {full_loss:.3f}, {autocast_loss:.3f} and "
        f"{half_loss:.3f}, so bfloat16 learned {learned:.0%} of what float32 did."
    )
    compared = {
        "bfloat16 weights moved": Compared(half, 0.5 * full),
        "weights moved under autocast": Compared(autocast, 0.5 * full),
        "share of what float32 learned": Compared(learned, 0.5),
    }
    return Outcome(name, finding, compared=compared)
