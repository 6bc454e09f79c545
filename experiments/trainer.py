"""Why does Trainer give other losses than the loop, and can they be made equal?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

TRAINING = """completed_steps = 0
model.train()
for epoch in range(math.ceil(num_training_steps / len(train_dataloader))):
    for batch in train_dataloader:
        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss)
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
        completed_steps += 1
        if completed_steps == num_training_steps:
            break
"""
MODEL = "model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)\n"
WATCHED = (
    MODEL + "losses = []\nmodel.register_forward_hook(lambda *call: losses.append(call[-1].loss.detach()))\n"
)
IMPORTS = Edit(
    "    DataCollatorWithPadding,\n", "    DataCollatorWithPadding,\n    Trainer,\n    TrainingArguments,\n"
)


def with_trainer(arguments: str = "", before: str = "") -> list[Edit]:
    """Train by `Trainer`, told what the page says out loud; `arguments` and `before` take defaults away."""
    return [
        IMPORTS,
        Edit(MODEL, WATCHED),
        Edit(
            TRAINING,
            "state = torch.get_rng_state()\n"
            "args = TrainingArguments(\n"
            "    per_device_train_batch_size=batch_size,\n"
            "    learning_rate=learning_rate,\n"
            "    max_steps=num_training_steps,\n"
            "    seed=seed,\n"
            '    save_strategy="no",\n'
            '    report_to="none",\n'
            f"    disable_tqdm=True,\n{arguments})\n"
            f"trainer = Trainer(model, args, data_collator, train_dataset)\n{before}"
            "trainer.train()\n",
        ),
    ]


SCHEDULE = "    warmup_steps=num_warmup_steps,\n"
CLIPPING = SCHEDULE + "    max_grad_norm=0,\n"
ORDER = "trainer.get_train_dataloader = lambda: train_dataloader\n"
RANDOM = ORDER + "torch.set_rng_state(state)\n"
DECAY = CLIPPING + "    weight_decay=0.01,\n"
DECAY_ALL = (
    "trainer.get_decay_parameter_names = lambda model: [name for name, _ in model.named_parameters()]\n"
)

experiment = Experiment(
    variants={
        "loop": [Edit(MODEL, WATCHED)],
        "Trainer": with_trainer(),
        "+ schedule": with_trainer(SCHEDULE),
        "+ no clipping": with_trainer(CLIPPING),
        "+ order": with_trainer(CLIPPING, ORDER),
        "+ random state": with_trainer(CLIPPING, RANDOM),
        "+ weight decay": with_trainer(DECAY, DECAY_ALL + RANDOM),
    },
    outcomes={
        "equal once aligned": "With its hidden defaults switched off, its losses equal the loop's exactly.",
        "equal at once": "The losses are equal from the start.",
        "never equal": "A difference remains.",
    },
    watch=["loss", "accuracy"],
    settings={
        "num_training_steps": 10,
        "num_train_examples": 160,
        "num_eval_examples": 32,
        "num_warmup_steps": 3,
    },
)


def observe(page) -> dict[str, object]:
    rows = [[step, loss.item()] for step, loss in enumerate(page.losses[: page.num_training_steps], 1)]
    return {"losses": [["step", "loss"], *rows]}


def decide(runs: Mapping[str, Run]) -> Outcome:
    losses = {variant: [loss for _, loss in run.observed["losses"][1:]] for variant, run in runs.items()}
    loop = losses["loop"]
    apart = {
        variant: max(abs(a - b) for a, b in zip(loop, theirs, strict=True))
        for variant, theirs in losses.items()
    }
    last = apart["+ weight decay"]
    name = "equal at once" if apart["Trainer"] == 0 else "equal once aligned" if last == 0 else "never equal"
    told = ", ".join(
        f"{variant} {difference:.2g}" for variant, difference in apart.items() if variant != "loop"
    )
    return Outcome(
        name,
        f"Of {len(loop)} losses, the largest difference from the loop: {told}.",
        {
            "largest difference": apart,
            "first loss": {variant: theirs[0] for variant, theirs in losses.items()},
        },
    )
