"""The training loops that are held against each other: `python -m bench.contenders NAME [FOLDER]` is one.

All of them train the bundled model with batches of 8 on the bundled corpus, or on the data in FOLDER, for as
long as they are asked to.
"""

import sys
from collections.abc import Iterator
from typing import Any

from bench.turns import Stretches
from experiments.engine import page, sources
from experiments.engine.settings import build

FOREVER = 1_000_000
SETTINGS = {"batch_size": 8, "num_training_steps": FOREVER, "num_eval_examples": 96}
LOOP_BEGINS = "completed_steps = 0\n"
TRAINER = """
from transformers import Trainer, TrainerCallback, TrainingArguments
class Turns(TrainerCallback):
    def on_step_begin(self, *args, **kwargs):
        step()
args = TrainingArguments(
    output_dir="trainer", per_device_train_batch_size=batch_size, learning_rate=learning_rate,
    max_steps=num_training_steps, seed=seed, report_to="none", save_strategy="no",
    logging_strategy="no", disable_tqdm=True,
)
Trainer(model, args, data_collator, train_dataset, callbacks=[Turns()]).train()
"""
WALKTHROUGH = """
from tqdm.auto import tqdm
progress_bar = tqdm(range(num_training_steps))
model.train()
for epoch in range(num_training_steps // len(train_dataloader)):
    for batch in train_dataloader:
        step()
        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss)
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
        progress_bar.update(1)
"""
"""The loop of the course that the page comes from; its AdamW is made without `fused`, its loader unseeded."""


def text(data: str = "bundled") -> str:
    """The page with the settings that all contenders have."""
    return page.build(sources.knobs(build(SETTINGS, {"data": data})))


def as_viva_runs_it(stretches: Stretches, data: str) -> None:
    """The page, marked and told of as in a worker; what is told is encoded and thrown away."""
    import os

    from experiments.engine.family import Output
    from experiments.engine.runner import Runner

    out = Output(os.open(os.devnull, os.O_WRONLY))
    Runner(text(data), data, out.write, stretches.step).run()


def bare(stretches: Stretches, data: str) -> None:
    """The least that trains: batches collated beforehand, and nobody who looks on."""
    import torch

    names = _prepared(text(data))
    model, optimizer, lr_scheduler = names["model"], names["optimizer"], names["lr_scheduler"]
    batches, held_out = list(names["train_dataloader"]), list(names["eval_dataloader"])

    def evaluate() -> None:
        model.eval()
        with torch.no_grad():
            for batch in held_out:
                model(**batch).logits.argmax(dim=-1)
        model.train()

    stretches.evaluate = evaluate
    model.train()
    for batch in _again_and_again(batches):
        stretches.step()
        model(**batch).loss.backward()
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()


def trainer(stretches: Stretches, data: str) -> None:
    """`transformers.Trainer`, told to neither save nor log."""
    names = _prepared(text(data), until="optimizer = ")
    exec(TRAINER, {**names, "step": stretches.step})


def walkthrough(stretches: Stretches, data: str) -> None:
    """The walkthrough as it is usually written."""
    written = page.apply(
        text(data),
        [
            page.Edit(", fused=True", ""),
            page.Edit(", generator=order", ""),
        ],
    )
    exec(WALKTHROUGH, {**_prepared(written), "step": stretches.step})


def _prepared(written: str, until: str = LOOP_BEGINS) -> dict[str, Any]:
    """The names that a page leaves behind, run up to some text of it."""
    names = {"__name__": "__main__", "__file__": str(page.LOOP)}
    exec(compile(written[: written.index(until)], "loop.py", "exec"), names)
    return names


def _again_and_again(batches: list[Any]) -> Iterator[Any]:
    while True:
        yield from batches


CONTENDERS = {"page": as_viva_runs_it, "bare": bare, "trainer": trainer, "walkthrough": walkthrough}


def main(name: str, data: str = "bundled") -> None:
    import torch

    torch.set_num_threads(1)
    CONTENDERS[name](Stretches(), data)


if __name__ == "__main__":
    main(*sys.argv[1:])
