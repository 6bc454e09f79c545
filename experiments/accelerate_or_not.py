"""What does accelerate change on one process, and what on two?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

PREPARE = """train_dataloader, eval_dataloader, model, optimizer, lr_scheduler = accelerator.prepare(
    train_dataloader, eval_dataloader, model, optimizer, lr_scheduler
)
"""
DEVICE = 'device = torch.accelerator.current_accelerator() or torch.device("cpu")\n'
TRAIN, EVAL = "    for batch in train_dataloader:\n", "for batch in eval_dataloader:\n"
GATHER = '    predictions, references = accelerator.gather_for_metrics((predictions, batch["labels"]))\n'

experiment = Experiment(
    variants={
        "accelerate": [],
        "plain PyTorch": [
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
        "identical": "The plain loop has the same losses to the last bit.",
        "differs": "The plain loop's losses are others.",
    },
    watch=["loss", "seconds", "accuracy"],
    settings={"num_training_steps": 16, "num_train_examples": 250, "num_eval_examples": 32},
    interleaved=True,
)


def observe(page) -> dict[str, object]:
    """What each of two processes would get from the training data, from accelerate's own sharding."""
    if not hasattr(page, "accelerator"):
        return {}
    from accelerate.data_loader import prepare_data_loader
    from torch.utils.data import DataLoader

    plain = DataLoader(page.train_dataset, batch_size=page.batch_size, collate_fn=page.data_collator)
    rows: list[list[object]] = [["processes", "steps an epoch", "examples a step", "examples seen"]]
    for processes in (1, 2):
        shards = [
            prepare_data_loader(plain, num_processes=processes, process_index=i) for i in range(processes)
        ]
        sizes = [[len(batch["labels"]) for batch in shard] for shard in shards]
        rows.append([processes, len(sizes[0]), sum(size[0] for size in sizes), sum(map(sum, sizes))])
    return {"an epoch": rows, "examples": len(page.train_dataset)}


def decide(runs: Mapping[str, Run]) -> Outcome:
    accelerate, plain = runs["accelerate"], runs["plain PyTorch"]
    same = accelerate.loss == plain.loss and accelerate.metrics == plain.metrics
    apart = max(abs(a - b) for a, b in zip(accelerate.loss, plain.loss, strict=True))
    one, two = accelerate.observed["an epoch"][1:]
    compared = "identical" if same else f"up to {apart:.1g} apart"
    times = accelerate.seconds / plain.seconds
    finding = (
        f"On one process {len(plain.loss)} losses were {compared}, in {times:.2f}× the plain loop's time; on "
        f"two, an epoch takes {two[1]} steps of {two[2]} examples, not {one[1]} of {one[2]}, and sees "
        f"{two[3]} examples, not {one[3]}."
    )
    return Outcome("identical" if same else "differs", finding)
