"""What does accelerator.prepare do, and does it change the numbers on one process?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

PREPARE = """train_dataloader, eval_dataloader, model, optimizer, lr_scheduler = accelerator.prepare(
    train_dataloader, eval_dataloader, model, optimizer, lr_scheduler
)
"""
TRAIN, EVAL = "    for batch in train_dataloader:\n", "for batch in eval_dataloader:\n"
MOVE = "batch = batch.to(accelerator.device)\n"
SEEDABLE = "Accelerator(dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True))"

experiment = Experiment(
    variants={
        "prepared": [],
        "not prepared": [
            Edit(PREPARE, "model.to(accelerator.device)\n"),
            Edit(TRAIN, TRAIN + "        " + MOVE),
            Edit("\n" + EVAL, "\n" + EVAL + "    " + MOVE),
        ],
        "seedable sampler": [
            Edit(
                "from accelerate import Accelerator\n",
                "from accelerate import Accelerator, DataLoaderConfiguration\n",
            ),
            Edit("Accelerator()", SEEDABLE),
        ],
        "fp16": [Edit("Accelerator()", 'Accelerator(mixed_precision="fp16")')],
        "bf16": [Edit("Accelerator()", 'Accelerator(mixed_precision="bf16")')],
    },
    outcomes={
        "bit-identical": "Without prepare the losses are the same to the last bit.",
        "differs": "Without prepare the losses are others.",
    },
    watch=["loss", "accuracy"],
    settings={"num_training_steps": 8, "num_train_examples": 128, "num_eval_examples": 32},
)


def observe(page) -> dict[str, str]:
    names = ("model", "train_dataloader", "optimizer", "lr_scheduler")
    return {name: type(getattr(page, name)).__name__ for name in names} | {
        "precision asked for": page.accelerator.mixed_precision,
        "precision used": "autocast" if page.accelerator.native_amp else "float32",
        "device": str(page.accelerator.device),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    prepared, plain, seedable, fp16, bf16 = runs.values()
    same = prepared.loss == plain.loss
    apart = max(abs(a - b) for a, b in zip(prepared.loss, plain.loss, strict=True))
    compared = "the same to the last bit" if same else f"up to {apart:.1g} apart"
    reordered = seedable.series("tokens") != prepared.series("tokens")
    ignored = fp16.observed["precision used"] == "float32" and fp16.loss == prepared.loss
    finding = (
        f"With and without prepare, {len(plain.loss)} losses were {compared}; the seedable sampler "
        f"{'drew other batches' if reordered else 'kept the batches'}; fp16 on "
        f"{fp16.observed['device']} was {'silently ignored' if ignored else 'used'}, and bf16 was "
        f"{'used' if bf16.observed['precision used'] == 'autocast' else 'ignored'}."
    )
    rows = (
        "loss",
        "model",
        "train_dataloader",
        "optimizer",
        "lr_scheduler",
        "precision asked for",
        "precision used",
    )
    evidence = {row: {variant: run.value(row) for variant, run in runs.items()} for row in rows}
    return Outcome("bit-identical" if same else "differs", finding, evidence)
