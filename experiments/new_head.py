"""What does AutoModelForSequenceClassification add to the checkpoint?"""

from collections.abc import Mapping
from math import log
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

experiment = Experiment(
    variants={
        "a seed": [],
        "another seed": [Edit("set_seed(seed)\n", "set_seed(seed + 1)\n")],
        "three labels": [Edit("num_labels=2", "num_labels=3")],
    },
    outcomes={
        "new head on the old body": "The body is the checkpoint's, the head's weights are random.",
        "the head was saved": "Nothing depends on the seed: the checkpoint has the head.",
        "the body is new too": "Body and head depend on the seed.",
    },
    watch=["loss", "accuracy", "majority", "head"],
    # One step at the start of the warm-up has a learning rate of 0: the weights stay as they were loaded.
    settings={"num_training_steps": 1, "num_warmup_steps": 1, "batch_size": 64, "num_train_examples": 64},
)


def observe(page: Any) -> dict[str, Any]:
    """Digests of all tensors by name, the head's shape, and the majority class's accuracy."""
    from hashlib import sha256

    if not hasattr(page, "model"):
        return {}
    body = {f"{page.model.base_model_prefix}.{name}" for name in page.model.base_model.state_dict()}
    state = page.model.state_dict()
    labels = page.eval_dataset["labels"][:]
    positive = float(sum(labels)) / len(labels)
    return {
        "majority": max(positive, 1 - positive),
        "head": ", ".join(f"{name} {tuple(state[name].shape)}" for name in state if name not in body),
        "tensors": [["tensor", "part", "digest"]]
        + [
            [
                name,
                "body" if name in body else "head",
                # A step at a rate of 0 may leave 0.0 where -0.0 was, and both are the same number.
                sha256((tensor + 0.0).cpu().numpy().tobytes()).hexdigest()[:16],
            ]
            for name, tensor in state.items()
        ],
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    one, other, three = runs.values()
    pairs = list(zip(one.observed["tensors"][1:], other.observed["tensors"][1:], strict=True))
    body = [a[2] == b[2] for a, b in pairs if a[1] == "body"]
    head = [a[2] == b[2] for a, b in pairs if a[1] == "head"]
    # A checkpoint of a model without a pooler leaves that to be made anew as well.
    missing = [a[0] for a, b in pairs if a[1] == "body" and a[2] != b[2] and "pooler" not in a[0]]
    if missing:
        name = "the body is new too"
    else:
        name = "the head was saved" if all(head) else "new head on the old body"
    start = "three labels did not load"
    if three.loss:
        start = (
            f"the first loss {one.loss[0]:.3f} (ln 2 is {log(2):.3f}), with three labels {three.loss[0]:.3f}"
        )
    return Outcome(
        name,
        f"From two seeds {sum(body)} of {len(body)} tensors of the body were bit-equal and "
        f"{len(head) - sum(head)} of {len(head)} of the head differed; untrained, accuracy was "
        f"{one.accuracy:.2f} and {other.accuracy:.2f} (majority {one.observed['majority']:.2f}), {start}.",
    )
