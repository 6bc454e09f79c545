"""What does the tokenizer make of a pair, and when does truncation cut?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

CALL = 'tokenizer(example["sentence1"], example["sentence2"], truncation=True)'
ONE = 'tokenizer(example["sentence1"], truncation=True)'
JOINED = (
    'pairs = zip(example["sentence1"], example["sentence2"])\n'
    '    return tokenizer([" ".join(pair) for pair in pairs], truncation=True)'
)

experiment = Experiment(
    variants={
        "a pair": [],
        "one sentence": [Edit(CALL, ONE)],
        "joined": [Edit("return " + CALL, JOINED)],
    },
    outcomes={
        "marked, not cut": "A pair is one sequence with its sentences marked, and next to none is cut.",
        "cut": "Truncation shortens a good part of the pairs.",
        "unmarked": "The pair is encoded like the joined text.",
    },
    watch=["accuracy", "loss", "encoded", "separators", "segments", "longest", "cut"],
    settings={
        "batch_size": 8,
        "num_train_examples": 240,
        "num_training_steps": 30,
        "num_eval_examples": 96,
    },
)


def observe(page: Any) -> dict[str, Any]:
    """What a row is made of, how many pairs are beyond the tokenizer's limit, and what becomes of those."""
    limit, row = page.tokenizer.model_max_length, page.train_dataset[0]
    ids = row["input_ids"].tolist()
    pairs = page.raw_datasets["train"][:]
    uncut = [len(each) for each in page.tokenizer(pairs["sentence1"], pairs["sentence2"])["input_ids"]]
    long = page.tokenizer("one " * limit, "two " * (limit // 2), truncation=True)
    seen = {
        "encoded": page.tokenizer.decode(ids),
        "separators": ids.count(page.tokenizer.sep_token_id),
        "segments": len(set(row.get("token_type_ids", page.torch.zeros(1)).tolist())),
        "longest": max(uncut),
        "cut": sum(length > limit for length in uncut) / len(uncut),
        "a long pair": " + ".join(str(long.sequence_ids().count(i)) for i in (0, 1)),
    }
    if hasattr(page, "model"):
        seen["not truncated"] = _raised_by(page, "one " * limit, "two " * limit)
    return seen


def _raised_by(page: Any, *texts: str) -> str:
    """What the model raises for texts that are too long; `nothing` where it takes them."""
    try:
        page.model(**page.tokenizer(*texts, return_tensors="pt").to(page.accelerator.device))
    except Exception as raised:
        return type(raised).__name__
    return "nothing"


def decide(runs: Mapping[str, Run]) -> Outcome:
    seen, joined = runs["a pair"].observed, runs["joined"].observed
    if seen["separators"] == joined["separators"]:
        name = "unmarked"
    else:
        name = "cut" if seen["cut"] > 0.02 else "marked, not cut"
    return Outcome(
        name,
        f"A pair has {seen['separators']} separators, joined {joined['separators']}; the longest has "
        f"{seen['longest']} tokens and {seen['cut']:.1%} are cut; one made to be too long keeps "
        f"{seen['a long pair']} tokens and, not truncated, raises {seen.get('not truncated')} in the model.",
        compared={"share cut": Compared(seen["cut"], 0.02)},
    )
