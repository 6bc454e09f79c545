"""What fills the memory in training, and what does activation checkpointing save?"""

from collections.abc import Mapping

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

LOAD = "num_labels=2)\n"
# The embedded model's layers have no dropout of their own, whose masks a second forward could draw anew.
DROPOUT = "num_labels=2, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)\n"

experiment = Experiment(
    variants={
        "plain": [Edit(LOAD, DROPOUT)],
        "checkpointing": [Edit(LOAD, DROPOUT + "model.gradient_checkpointing_enable()\n")],
        "bf16": [Edit(LOAD, DROPOUT), Edit("Accelerator()", 'Accelerator(mixed_precision="bf16")')],
    },
    outcomes={
        "checkpointing cuts it": "Memory follows batch size and length; checkpointing cuts it to a fraction.",
        "checkpointing saves little": "Memory follows batch size and length; checkpointing saves little.",
        "checkpointing changes losses": "Checkpointing saves memory, but the losses come out different.",
        "does not follow the batch": "What is kept hardly depends on the batch.",
    },
    watch=["loss", "seconds", "kept (KB)"],
    settings={"num_training_steps": 6, "num_train_examples": 96, "num_eval_examples": 16},
    interleaved=True,
)


def observe(page) -> dict[str, object]:
    """Kilobytes kept for backward besides the weights, for batches of these sizes and lengths."""
    import torch

    model = page.model.train()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def kept(batch_size: int, length: int) -> float:
        held: dict[int, int] = {}

        def pack(tensor):
            storage = tensor.untyped_storage()
            held[storage.data_ptr()] = storage.nbytes()
            return tensor

        ids = torch.ones(batch_size, length, dtype=torch.long, device=model.device)
        labels = torch.zeros(batch_size, dtype=torch.long, device=model.device)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            outputs = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels)
        assert outputs.loss.requires_grad
        return sum(size for place, size in held.items() if place not in weights) / 1024

    lengths = (16, 32, 64)
    table: list[list[object]] = [["batch size", *(f"length {length}" for length in lengths)]]
    table += [[size, *(round(kept(size, length)) for length in lengths)] for size in (4, 8, 16)]
    return {"kept (KB)": kept(16, 64), "small (KB)": kept(4, 16), "kept by batch size and length (KB)": table}


def decide(runs: Mapping[str, Run]) -> Outcome:
    plain, checkpointing, bf16 = runs.values()
    kept = {variant: run.observed["kept (KB)"] for variant, run in runs.items()}
    growth = kept["plain"] / plain.observed["small (KB)"]
    share, half = kept["checkpointing"] / kept["plain"], kept["bf16"] / kept["plain"]
    if growth < 4:
        name = "does not follow the batch"
    elif share >= 0.6:
        name = "checkpointing saves little"
    else:
        same = checkpointing.loss == plain.loss
        name = "checkpointing cuts it" if same else "checkpointing changes losses"
    losses = "identical" if checkpointing.loss == plain.loss else "different"
    finding = (
        f"A batch with 16× the tokens kept {growth:.1f}× as much for backward; checkpointing kept "
        f"{share:.0%} of that, with {losses} losses, in {checkpointing.seconds / plain.seconds:.2f}× the "
        f"time, and bf16 {half:.0%} in {bf16.seconds / plain.seconds:.2f}×."
    )
    compared = {"growth with 16× the tokens": Compared(growth, 4), "share kept": Compared(share, 0.6)}
    return Outcome(name, finding, compared=compared)
