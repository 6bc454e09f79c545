"""What does map's cache notice, and what does it not?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

MAP = "tokenized_datasets = raw_datasets.map(tokenize_function, batched=True)\n"
AGAIN = "first = tokenized_datasets\n" + MAP.replace("tokenized_datasets", "again", 1)
COLUMNS = "text_columns = "
LIMITED = "truncation=True, max_length=limit)"
HELPER = """import sys
from types import ModuleType

helper = sys.modules["helper"] = ModuleType("helper")
exec("limit = 40\\ndef cut(): return limit", vars(helper))
cut = helper.cut
"""
DEF = "def tokenize_function(example):\n"
LOAD = "load_dataset(*dataset)"
ON_DISK = Edit(LOAD, "load_dataset(*dataset, keep_in_memory=False)")

experiment = Experiment(
    variants={
        "nothing changed": [ON_DISK, Edit(COLUMNS, AGAIN + COLUMNS)],
        "a global": [
            ON_DISK,
            Edit(DEF, "limit = 40\n\n\n" + DEF),
            Edit("truncation=True)", LIMITED),
            Edit(COLUMNS, "limit = 20\n" + AGAIN + COLUMNS),
        ],
        "the tokenizer": [
            ON_DISK,
            Edit(DEF, "tokenizer.model_max_length = 40\n\n\n" + DEF),
            Edit(COLUMNS, "tokenizer.model_max_length = 20\n" + AGAIN + COLUMNS),
        ],
        "another module": [
            ON_DISK,
            Edit(DEF, HELPER + "\n\n" + DEF),
            Edit("truncation=True)", LIMITED.replace("=limit", "=cut()")),
            Edit(COLUMNS, "helper.limit = 20\n" + AGAIN + COLUMNS),
        ],
        "held in memory": [
            Edit(LOAD, "load_dataset(*dataset, keep_in_memory=True)"),
            Edit(COLUMNS, AGAIN + COLUMNS),
        ],
    },
    outcomes={
        "own script only": "The script's globals and objects are noticed, those of an imported function not.",
        "everything": "Every change is noticed.",
        "only the code": "A changed global is not noticed.",
        "nothing": "The cache is not used, or never notices.",
    },
    watch=["loss", "longest before", "longest after", "from the cache"],
    settings={"num_training_steps": 2, "num_train_examples": 32, "num_eval_examples": 16},
)


def observe(page: Any) -> dict[str, Any]:
    """The longest row of the first map and of the second, and whether that is the first one's file."""
    first, again = page.first["train"], page.again["train"]
    return {
        "longest before": max(map(len, first["input_ids"])),
        "longest after": max(map(len, again["input_ids"])),
        "from the cache": "yes" if again.cache_files and again.cache_files == first.cache_files else "no",
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    cached = {variant: run.observed["from the cache"] == "yes" for variant, run in runs.items()}
    if not cached["nothing changed"] or cached["held in memory"]:
        name = "nothing"
    elif cached["a global"]:
        name = "only the code"
    else:
        name = "own script only" if cached["another module"] else "everything"
    stale, own = (runs[variant].observed["longest after"] for variant in ("another module", "a global"))
    return Outcome(
        name,
        f"Mapped again, the rows came from the cache for: {_listed(cached, True)}; the function ran for: "
        f"{_listed(cached, False)}. With the limit cut from 40 to 20 the longest row "
        f"had {stale} tokens where an imported function reads it, and {own} where the script does.",
    )


def _listed(cached: Mapping[str, bool], wanted: bool) -> str:
    return ", ".join(variant for variant, value in cached.items() if value is wanted) or "none"
