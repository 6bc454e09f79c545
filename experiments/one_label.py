"""What happens if a two-class task is trained with num_labels=1?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

ONE = Edit("num_labels=2", "num_labels=1")
ARGMAX, CUT = "outputs.logits.argmax(dim=-1)", "(outputs.logits[:, 0] > 0.5).long()"

experiment = Experiment(
    variants={
        "two labels": [],
        "one label": [ONE],
        "one label, cut at a half": [ONE, Edit(ARGMAX, CUT)],
    },
    outcomes={
        "read wrongly": "It trains and ranks the pairs, and argmax answers 0 for every one of them.",
        "learns nothing": "It trains, and its output does not tell the classes apart.",
        "raises": "It stops.",
        "works": "The predictions are as good as with two labels.",
    },
    watch=["loss", "f1", "accuracy", "ranked rightly", "answered 1"],
    settings={"num_training_steps": 32, "num_train_examples": 256, "num_eval_examples": 240, "batch_size": 8},
)


def observe(page: Any) -> dict[str, Any]:
    """`ranked rightly`: the share of pairs of rows of either class that the last output orders (the AUC)."""
    if not hasattr(page, "eval_metric"):
        return {}
    page.model.eval()
    with page.torch.no_grad():
        batches = [
            (page.model(**batch).logits.cpu(), batch["labels"].cpu()) for batch in page.eval_dataloader
        ]
    logits, labels = (page.torch.cat(parts) for parts in zip(*batches, strict=True))
    # Of two outputs only the difference tells the classes apart.
    scores = logits[:, -1] - (logits[:, 0] if logits.shape[1] > 1 else 0)
    apart = scores[labels == 1][:, None] - scores[labels == 0]
    return {
        "ranked rightly": float(((apart > 0) + 0.5 * (apart == 0)).mean()),
        "answered 1": int(logits.argmax(dim=-1).sum()),
        "problem_type": page.model.config.problem_type,
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    two, one, cut = runs.values()
    if one.raised:
        return Outcome("raises", f"With one label training raised {one.raised.type}.")
    ranked = one.observed["ranked rightly"]
    # Half of the way from a coin to what two labels have learned.
    threshold = (0.5 + two.observed["ranked rightly"]) / 2
    if one.observed["answered 1"] > 0:
        name = "works"
    else:
        name = "read wrongly" if ranked > threshold else "learns nothing"
    finding = (
        f"With one label ({one.observed['problem_type']}) the loss fell to {one.final_loss:.3f}, F1 was "
        f"{one.f1:g} and accuracy {one.accuracy:.2f}; its output ordered {ranked:.0%} of the pairs of rows "
        f"rightly, with two labels {two.observed['ranked rightly']:.0%}. Cut at a half it came to an "
        f"accuracy of {cut.accuracy:.2f} and an F1 of {cut.f1:.2f} (two labels: {two.accuracy:.2f} and "
        f"{two.f1:.2f})."
    )
    return Outcome(name, finding, compared={"ranked rightly": Compared(ranked, threshold)})
