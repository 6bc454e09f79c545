"""What if the tokenizer is not the checkpoint's own?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

LOAD = "tokenizer = AutoTokenizer.from_pretrained(checkpoint)\n"
MIXED = """
import random
from tokenizers.models import WordPiece

ids = tokenizer.get_vocab()
words = sorted(ids.keys() - set(tokenizer.all_special_tokens))
others = random.Random(seed).sample(words, len(words))
mixed = ids | {word: ids[other] for word, other in zip(words, others)}
tokenizer.backend_tokenizer.model = WordPiece(mixed, unk_token="[UNK]")
"""

experiment = Experiment(
    variants={
        "its own": [],
        "ids mixed up": [Edit(LOAD, LOAD + MIXED)],
        "ids too large": [Edit(LOAD, LOAD + MIXED.replace("ids[other]", "ids[other] + len(ids)"))],
    },
    outcomes={
        "silent and worse": "No exception, and the model learns clearly less.",
        "silent and harmless": "No exception, and fine-tuning makes up for it.",
        "raises": "The model refuses ids that are in range too.",
    },
    watch=["loss", "accuracy", "f1", "the model reads"],
)


def observe(page: Any) -> dict[str, str]:
    """`the model reads`: the first pair's ids as the words which the checkpoint knows by them."""
    own = page.AutoTokenizer.from_pretrained(page.checkpoint)
    ids = page.train_dataset[0]["input_ids"].tolist()
    return {"the model reads": " ".join(own.convert_ids_to_tokens([i for i in ids if i < len(own)][:12]))}


def decide(runs: Mapping[str, Run]) -> Outcome:
    own, mixed, large = runs.values()
    if mixed.raised:
        name = "raises"
    else:
        name = "silent and worse" if mixed.accuracy < own.accuracy - 0.03 else "silent and harmless"
    end = f"raised {large.raised.type} on line {large.raised.line}" if large.raised else "raised nothing"
    return Outcome(
        name,
        f"With its ids mixed up nothing was raised in {len(mixed.steps)} steps and accuracy came to "
        f"{mixed.accuracy:.2f}, with its own to {own.accuracy:.2f}; ids past the last row {end}.",
    )
