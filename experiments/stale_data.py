"""The training data was corrected: does load_dataset notice?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

LOAD = "raw_datasets = load_dataset(*dataset)\n"
CARD = """
import os
from tempfile import TemporaryDirectory

CARD = \"\"\"---
configs:
- config_name: default
  data_files:
  - {split: train, path: train.csv}
  - {split: validation, path: validation.csv}
---
\"\"\"
right = load_dataset(*dataset)
wrong = right.map(lambda row: {"label": 1 - row["label"]}, keep_in_memory=True)


def save(rows, folder, card, saved_at):
    folder.mkdir(parents=True, exist_ok=True)
    if card:
        (folder / "README.md").write_text(card)
    for split in ("train", "validation"):
        file = folder / f"{split}.csv"
        rows[split].select(range(64)).to_csv(file)
        os.utime(file, (saved_at, saved_at))


def load_twice(then, card=CARD, new_card=None, seconds_later=60, folders=("one", "one"), **options):
    with TemporaryDirectory() as work:
        first, second = (Path(work, folder, "pairs") for folder in folders)
        save(wrong, first, card, saved_at=1_700_000_000)
        load_dataset(str(first), cache_dir=f"{work}/cache")
        save(then, second, new_card or card, saved_at=1_700_000_000 + seconds_later)
        return load_dataset(str(second), cache_dir=f"{work}/cache", keep_in_memory=True, **options)


"""


def _then(call: str) -> list[Edit]:
    return [Edit(LOAD, f"{CARD}raw_datasets = load_twice({call})\n")]


experiment = Experiment(
    variants={
        "not corrected": _then("wrong"),
        "corrected": _then("right"),
        "moved to another folder": _then('right, folders=("one", "two")'),
        "no card": _then("right, card=None"),
        "no card, same time": _then("right, card=None, seconds_later=0"),
        "force_redownload": _then('right, download_mode="force_redownload"'),
        "new version": _then(
            'right, new_card=CARD.replace("default\\n", "default\\n  version: 1.0.1\\n", 1)'
        ),
    },
    outcomes={
        "the card hides it": "With a card that names the files the old rows come back; without it, the new.",
        "noticed": "The new rows come with the card too.",
        "never noticed": "The old rows come back without a card as well.",
    },
    watch=["loss", "corrected rows"],
    settings={"num_training_steps": 4, "batch_size": 16, "num_train_examples": 64, "num_eval_examples": 64},
)


def observe(page: Any) -> dict[str, Any]:
    """`rows`: how many there are to train on. `corrected rows`: how many came with the right label."""
    loaded, right = page.raw_datasets["train"], page.right["train"]
    pairs = zip(loaded["label"], right[: len(loaded)]["label"], strict=True)
    return {
        "corrected rows": sum(given == label for given, label in pairs),
        "rows": len(loaded),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    came: dict[str, Any] = {variant: run.observed["corrected rows"] for variant, run in runs.items()}
    if came["corrected"]:
        name = "noticed"
    else:
        name = "the card hides it" if came["no card"] else "never noticed"
    before, after = runs["not corrected"], runs["corrected"]
    same = sum(a == b for a, b in zip(before.loss, after.loss, strict=False))
    rows = after.observed["rows"]
    return Outcome(
        name,
        f"Of {rows} corrected rows {came['corrected']} came under a card, and {same} of {len(after.loss)} "
        f"losses were those of the wrong labels; moved to another folder {came['moved to another folder']}. "
        f"Without a card {came['no card']}, and {came['no card, same time']} where the file kept its time. "
        f"With force_redownload {came['force_redownload']}, with a new version {came['new version']}.",
        {"corrected rows": came, "loss": {variant: run.final_loss for variant, run in runs.items()}},
    )
