"""What if the tokenizer is not the checkpoint's own?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

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
        "silent": "Nothing is raised, and the model is given other words than those of the text.",
        "raises": "The model refuses ids that are in range too.",
        "same words": "The ids still stand for the words of the text.",
    },
    watch=["loss", "accuracy", "f1", "words kept", "the model reads"],
    settings={
        "batch_size": 8,
        "num_train_examples": 320,
        "num_training_steps": 40,
        "num_eval_examples": 128,
    },
)


def observe(page: Any) -> dict[str, Any]:
    """`the model reads`: the first pair's ids as the words which the checkpoint knows by them.

    `words kept`: the share of ids that are those of the checkpoint's own tokenizer.
    """
    own = page.AutoTokenizer.from_pretrained(page.checkpoint)
    texts = page.raw_datasets["validation"][:64]["sentence1"]
    rows = zip(page.tokenizer(texts)["input_ids"], own(texts)["input_ids"], strict=True)
    pairs = [pair for given, right in rows for pair in zip(given, right, strict=True)]
    words = [given == right for given, right in pairs if right not in own.all_special_ids]
    ids = page.train_dataset[0]["input_ids"].tolist()
    return {
        "words kept": sum(words) / len(words),
        "the model reads": " ".join(own.convert_ids_to_tokens([i for i in ids if i < len(own)][:12])),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    own, mixed, large = runs.values()
    kept = mixed.observed["words kept"]
    if mixed.raised:
        name = "raises"
    else:
        name = "silent" if kept < 0.1 else "same words"
    end = f"raised {large.raised.type} on line {large.raised.line}" if large.raised else "raised nothing"
    return Outcome(
        name,
        f"With its ids mixed up the model was given {kept:.0%} of the right words and ran {len(mixed.steps)} "
        f"steps to a loss of {mixed.final_loss:.3f} and an accuracy of {mixed.accuracy:.2f}, with its own "
        f"to {own.final_loss:.3f} and {own.accuracy:.2f}; ids past the last row {end}.",
        compared={"words kept": Compared(kept, 0.1)},
    )
