"""What is lost if token_type_ids are dropped?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

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
        "silent zeros": "Nothing is raised: all tokens count as the first sentence's, and the logits move.",
        "raises": "The model refuses a batch without them.",
        "unused": "The logits are the same without them.",
    },
    watch=["loss", "accuracy", "logits moved", "from all zeros"],
    settings={"num_training_steps": 12, "num_train_examples": 192, "num_eval_examples": 64},
)


def observe(page: Any) -> dict[str, float]:
    """How far dropping the token types moves a logit, and how far that is from a batch of zeros."""
    if not hasattr(page, "eval_metric"):
        return {}
    rows = page.raw_datasets["validation"][:16]
    pairs = page.tokenizer(rows["sentence1"], rows["sentence2"], padding=True, return_tensors="pt")
    batch = dict(pairs.to(page.accelerator.device))
    types = batch.pop("token_type_ids")
    with page.torch.no_grad():
        right = page.model(**batch, token_type_ids=types).logits
        zeros = page.model(**batch, token_type_ids=page.torch.zeros_like(types)).logits
        dropped = page.model(**batch).logits
    return {
        "logits moved": float((dropped - right).abs().max()),
        "from all zeros": float((dropped - zeros).abs().max()),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    given, dropped, mixed = runs.values()
    moved, zeros = given.observed["logits moved"], given.observed["from all zeros"]
    if dropped.raised or mixed.raised:
        name = "raises"
    else:
        name = "silent zeros" if moved > 1e-3 and zeros < moved / 100 else "unused"
    return Outcome(
        name,
        f"Without token types a logit of the same weights moved by up to {moved:.2g}, and was {zeros:.1g} "
        f"from that of all zeros; accuracy was {given.accuracy:.2f} with them, {dropped.accuracy:.2f} "
        f"dropped throughout and {mixed.accuracy:.2f} dropped in evaluation alone.",
    )
