"""What does accelerate change on one process, and what on two?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

PREPARE = """train_dataloader, eval_dataloader, model, optimizer, lr_scheduler = accelerator.prepare(
    train_dataloader, eval_dataloader, model, optimizer, lr_scheduler
)
"""
# Where nothing is available `current_accelerator` names the kind that torch was built for.
DEVICE = """available = torch.accelerator.is_available()
device = torch.accelerator.current_accelerator() if available else torch.device("cpu")
"""
TRAIN, EVAL = "    for batch in train_dataloader:\n", "for batch in eval_dataloader:\n"
GATHER = '    predictions, references = accelerator.gather_for_metrics((predictions, batch["labels"]))\n'
ONE_EPOCH = Edit("math.ceil(num_training_steps / len(train_dataloader))", "1")

experiment = Experiment(
    variants={
        "accelerate": [ONE_EPOCH],
        "plain PyTorch": [
            ONE_EPOCH,
            Edit("from accelerate import Accelerator\n", ""),
            Edit("accelerator = Accelerator()\n", DEVICE),
            Edit(PREPARE, "model.to(device)\n"),
            Edit(TRAIN, TRAIN + "        batch = batch.to(device)\n"),
            Edit("accelerator.backward(loss)", "loss.backward()"),
            Edit("\n" + EVAL, "\n" + EVAL + "    batch = batch.to(device)\n"),
            Edit(GATHER, '    references = batch["labels"]\n'),
            Edit("accelerator.print", "print"),
        ],
    },
    outcomes={
        "identical on one": "The same losses to the last bit on one process; half the updates on two.",
        "differs on one": "The plain loop's losses are others.",
        "as many updates on two": "The same losses on one process, and as many updates on two.",
    },
    watch=["loss", "seconds", "accuracy"],
    # One epoch: 16 batches on one process, 8 on each of two.
    settings={"num_training_steps": 16, "num_train_examples": 250, "num_eval_examples": 32},
    interleaved=True,
)


def observe(page: Any) -> dict[str, Any]:
    """`an epoch`: what the same page did on two processes, beside what it did on this one."""
    if not hasattr(page, "accelerator"):
        return {}
    from experiments.engine.launch import launch, text_of

    two = launch(text_of(page), 2, __name__)[0]
    rows = [[1, *report(page).values()], [2, *two.observed.values()]]
    return {"an epoch": [["processes", *report(page)], *rows]}


def report(page: Any) -> dict[str, float]:
    return {
        "updates": page.completed_steps,
        "examples an update": page.train_dataloader.total_batch_size,
        "schedule steps": page.lr_scheduler.scheduler.last_epoch,
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    accelerate, plain = runs["accelerate"], runs["plain PyTorch"]
    same = accelerate.loss == plain.loss and accelerate.metrics == plain.metrics
    apart = max(abs(a - b) for a, b in zip(accelerate.loss, plain.loss, strict=True))
    one, two = accelerate.observed["an epoch"][1:]
    if not same:
        name = "differs on one"
    else:
        name = "identical on one" if 2 * two[1] == one[1] else "as many updates on two"
    times = accelerate.seconds / plain.seconds
    compared = "identical" if same else f"up to {apart:.1g} apart"
    finding = (
        f"On one process {len(plain.loss)} losses were {compared}, in {times:.2f}× the plain loop's time; on "
        f"two, an epoch took {two[1]} updates of {two[2]} examples, not {one[1]} of {one[2]}, and the "
        f"schedule advanced by {two[3]} steps (on one by {one[3]})."
    )
    return Outcome(name, finding)
