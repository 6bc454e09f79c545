"""The training loss falls and evaluation stays poor: what did it?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

experiment = Experiment(
    variants={
        "all pairs": [],
        "sixteen pairs": [Edit("[:num_train_examples]", "[:16]")],
        "rate too low": [Edit("lr=learning_rate", "lr=learning_rate / 500")],
        "without eval()": [Edit("model.eval()\n", "")],
    },
    outcomes={
        "memorised": "Few pairs are learned by heart and do not carry over.",
        "generalises": "What is learned from few pairs carries over.",
        "eval() decides": "Leaving out eval() is what makes evaluation poor.",
    },
    watch=["loss", "accuracy", "training accuracy"],
    settings={"num_training_steps": 50},
)


def observe(page) -> dict[str, float]:
    """How far a batch's logits move when it is evaluated again, and accuracy on the rows trained on."""
    import torch

    with torch.no_grad():
        first, second = (page.model(**page.batch).logits for _ in range(2))
        page.model.eval()
        right = seen = 0
        for batch in page.train_dataloader:
            predictions = page.model(**batch).logits.argmax(dim=-1)
            right += int((predictions == batch["labels"]).sum())
            seen += len(predictions)
            if seen >= 160:
                break
    return {"training accuracy": right / seen, "logits moved": (first - second).abs().max().item()}


def decide(runs: Mapping[str, Run]) -> Outcome:
    everything, few, low, dropout = runs.values()
    learned = few.observed["training accuracy"]
    gap = learned - few.accuracy
    cost = everything.accuracy - dropout.accuracy
    if cost > 0.1:
        name = "eval() decides"
    else:
        name = "memorised" if gap > 0.1 else "generalises"
    moved = dropout.observed["logits moved"]
    return Outcome(
        name,
        f"Trained on sixteen pairs it scored {learned:.2f} on them and {few.accuracy:.2f} in evaluation, "
        f"where all pairs gave {everything.accuracy:.2f} and a rate too low {low.accuracy:.2f}; without "
        f"eval() it was {dropout.accuracy:.2f}, and the same batch's logits moved by {moved:.2f}.",
        {
            row: {variant: run.value(row) for variant, run in runs.items()}
            for row in ("loss", "training accuracy", "accuracy", "logits moved")
        },
    )
