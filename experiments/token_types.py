"""What is lost if token_type_ids are dropped?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

TEXT = 'if name != "label"]'

experiment = Experiment(
    variants={
        "with token types": [],
        "dropped": [Edit(TEXT, TEXT + ' + ["token_type_ids"]')],
        "dropped in evaluation": [
            Edit(
                "for batch in eval_dataloader:\n",
                'for batch in eval_dataloader:\n    batch.pop("token_type_ids")\n',
            ),
        ],
    },
    outcomes={
        "silent zeros": "Nothing is raised: all tokens count as the first sentence's, and answers change.",
        "raises": "The model refuses a batch without them.",
        "unused": "The answers are the same without them.",
    },
    watch=["loss", "accuracy", "f1", "answers changed", "logits moved", "from all zeros"],
    settings={
        "batch_size": 8,
        "num_train_examples": 480,
        "num_training_steps": 60,
        "num_eval_examples": 128,
    },
)


def observe(page: Any) -> dict[str, float]:
    """What dropping the token types does to the trained model's answers and logits on validation pairs.

    `answers changed`: the share of pairs. `from all zeros`: the largest distance of a logit from that of an
    explicit tensor of zeros.
    """
    if not hasattr(page, "eval_metric"):
        return {}
    rows = page.raw_datasets["validation"][:128]
    pairs = page.tokenizer(rows["sentence1"], rows["sentence2"], padding=True, return_tensors="pt")
    batch = dict(pairs.to(page.accelerator.device))
    types = batch.pop("token_type_ids")
    with page.torch.no_grad():
        right = page.model(**batch, token_type_ids=types).logits
        zeros = page.model(**batch, token_type_ids=page.torch.zeros_like(types)).logits
        dropped = page.model(**batch).logits
    return {
        "answers changed": float((dropped.argmax(dim=-1) != right.argmax(dim=-1)).float().mean()),
        "logits moved": float((dropped - right).abs().max()),
        "from all zeros": float((dropped - zeros).abs().max()),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    given, dropped, mixed = runs.values()
    moved, zeros = given.observed["logits moved"], given.observed["from all zeros"]
    changed = given.observed["answers changed"]
    if dropped.raised or mixed.raised:
        name = "raises"
    else:
        name = "silent zeros" if moved > 0.1 and zeros < 1e-6 else "unused"
    rows = ("accuracy", "f1", "answers changed", "logits moved", "from all zeros")
    return Outcome(
        name,
        f"Without token types a logit of the trained model moved by up to {moved:.2g}, {changed:.0%} of its "
        f"answers changed, and no logit was further than {zeros:.1g} from that of all zeros; accuracy was "
        f"{given.accuracy:.2f} with them, {dropped.accuracy:.2f} dropped throughout and {mixed.accuracy:.2f} "
        f"dropped in evaluation alone.",
        {row: {variant: run.value(row) for variant, run in runs.items()} for row in rows},
        {"logits moved": Compared(moved, 0.1)},
    )
