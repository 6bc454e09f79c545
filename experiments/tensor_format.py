"""What does set_format("torch") do to the dataset?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

READ = ("a label", "the ids of a row", "two rows of one length", "two ragged rows", "a sentence")

experiment = Experiment(
    variants={
        "torch": [],
        "numpy": [Edit('set_format("torch")', 'set_format("numpy")')],
        "no format": [Edit('tokenized_datasets.set_format("torch")\n', "")],
    },
    outcomes={
        "a lens": "Reading gives other types, and what is stored is the same.",
        "a conversion": "What is stored differs.",
        "nothing": "Reading gives what it gave before.",
    },
    watch=["loss", *READ, "stored as", "stored bytes"],
    settings={"num_training_steps": 2, "num_train_examples": 256, "num_eval_examples": 16},
)


def observe(page: Any) -> dict[str, str]:
    """What reading gives under the page's format, and a digest of the Arrow table behind it."""
    from hashlib import sha256

    rows = page.train_dataset
    table = rows.with_format("arrow")[:]
    lengths = [len(ids) for ids in table["input_ids"].to_pylist()]
    alike = next(([lengths.index(n), i] for i, n in enumerate(lengths) if lengths.index(n) < i), [0, 0])
    ragged = [0, next((i for i, n in enumerate(lengths) if n != lengths[0]), 0)]
    sentences = page.raw_datasets["train"].with_format(rows.format["type"])
    read = (
        rows[0]["labels"],
        rows[0]["input_ids"],
        rows[alike]["input_ids"],
        rows[ragged]["input_ids"],
        sentences[0]["sentence1"],
    )
    return {name: _kind(value) for name, value in zip(READ, read, strict=True)} | {
        "stored as": str(table["input_ids"].type),
        "stored bytes": sha256(repr(table.to_pydict()).encode()).hexdigest()[:8],
    }


def _kind(value: Any) -> str:
    """The type and shape of what was read."""
    name, shape = type(value).__name__, tuple(getattr(value, "shape", ()))
    if (
        name in ("list", "ndarray")
        and len(value)
        and not isinstance(value[0], int | float)
        and len(shape) < 2
    ):
        inner = type(value[0]).__name__
        return f"{name} of {inner}" if not inner.startswith("int") else f"{name} {shape}"
    return f"{name} {shape}" if hasattr(value, "shape") and name != "str_" else name


def decide(runs: Mapping[str, Run]) -> Outcome:
    torch, plain = runs["torch"].observed, runs["no format"].observed
    if len({run.observed["stored bytes"] for run in runs.values()}) > 1:
        name = "a conversion"
    else:
        name = "a lens" if torch["the ids of a row"] != plain["the ids of a row"] else "nothing"
    return Outcome(
        name,
        f"The ids of a row were read as {torch['the ids of a row']} with the format and as "
        f"{plain['the ids of a row']} without, two ragged rows as {torch['two ragged rows']}; what is stored "
        f"is {torch['stored as']}, with digests {torch['stored bytes']} and {plain['stored bytes']}.",
    )
