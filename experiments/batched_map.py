"""Why map(batched=True), and how much does it bring?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

MAP = "tokenized_datasets = raw_datasets.map(tokenize_function, batched=True)"


def _with(options: str) -> list[Edit]:
    changed = f"options = {options}\ntokenized_datasets = raw_datasets.map(tokenize_function, **options)"
    return [Edit(MAP, changed)]


experiment = Experiment(
    variants={
        "batches of 1000": [],
        "batches of 64": _with("dict(batched=True, batch_size=64)"),
        "batches of 8": _with("dict(batched=True, batch_size=8)"),
        "batches of 1": _with("dict(batched=True, batch_size=1)"),
        "one by one": _with("dict(batched=False)"),
    },
    outcomes={
        "the size pays": "The same output; batches of one are the slowest, large ones a little faster.",
        "many times faster": "The same output; the default takes a fifth of the time or less.",
        "no difference": "The same output at about the same speed, whatever the batch size.",
        "other output": "The output depends on the batches.",
    },
    watch=["speed", "calls", "output"],
    settings={"num_training_steps": 1, "num_train_examples": 16, "num_eval_examples": 16},
)


def observe(page: Any) -> dict[str, Any]:
    """`speed`: rows per second, as a multiple of those one by one; the best of five turns of each.

    `calls`: how often the function was called. `output`: a digest of what came out.
    """
    from hashlib import sha256
    from time import perf_counter

    rows = page.raw_datasets["train"].select(range(min(200, len(page.raw_datasets["train"]))))
    calls: list[None] = []

    def tokenize(example: Any) -> Any:
        calls.append(None)
        return page.tokenize_function(example)

    def seconds(options: Mapping[str, Any]) -> tuple[float, Any]:
        calls.clear()
        began = perf_counter()
        # A fingerprint of its own keeps the data set from hashing the function, which is not what is timed.
        result = rows.map(
            tokenize, **options, new_fingerprint="timed", keep_in_memory=True, load_from_cache_file=False
        )
        return perf_counter() - began, result

    options = getattr(page, "options", {"batched": True})
    turns = [(seconds({})[0], seconds(options)[0]) for _ in range(5)]
    alone, batched = (min(taken) for taken in zip(*turns, strict=True))
    _, result = seconds(options)
    ids = result.with_format("arrow")[:]["input_ids"].to_pylist()
    return {
        "speed": alone / batched,
        "calls": len(calls),
        "output": sha256(repr(ids).encode()).hexdigest()[:8],
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    speed = {name: run.observed["speed"] for name, run in runs.items()}
    large, small = speed["batches of 1000"], speed["batches of 1"]
    outputs = {run.observed["output"] for run in runs.values()}
    if len(outputs) > 1:
        name = "other output"
    else:
        pays = "many times faster" if large > 5 else "the size pays"
        name = pays if large > 1.5 * small and small < 0.8 else "no difference"
    return Outcome(
        name,
        f"Against one row at a time, batches of 1000 were {large:.2f} times as fast, "
        f"of 64 {speed['batches of 64']:.2f} and of 1 {small:.2f}; the {len(runs)} ways gave "
        f"{'the same output' if len(outputs) == 1 else f'{len(outputs)} different outputs'}.",
        compared={
            "large batches against those of one": Compared(large / small, 1.5),
            "batches of one against none": Compared(small, 0.8),
            "large batches against none": Compared(large, 5),
        },
    )
