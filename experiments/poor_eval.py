"""The training loss falls and evaluation stays poor: what did it?"""

from collections.abc import Mapping
from math import exp, log
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

experiment = Experiment(
    variants={
        "all pairs": [],
        "eight pairs": [Edit("[:num_train_examples]", "[:8]")],
        "rate too low": [Edit("lr=learning_rate", "lr=learning_rate / 500")],
        "without eval()": [Edit("model.eval()\n", "")],
    },
    outcomes={
        "memorised": "Few pairs are learned by heart and little carries over; eval() hardly moves the mean.",
        "generalises": "What is learned from few pairs carries over.",
        "eval() decides": "Leaving out eval() is what makes evaluation poor.",
    },
    watch=["loss", "accuracy", "training accuracy"],
    settings={
        "batch_size": 8,
        "num_train_examples": 400,
        "num_training_steps": 50,
        "num_eval_examples": 120,
    },
)


def observe(page: Any) -> dict[str, float]:
    """Both sides' scores; where dropout was left on, of five evaluations beside one without it."""
    noisy = [_scores(page, page.eval_dataloader)[0] for _ in range(5) if page.model.training]
    page.model.eval()
    accuracy, loss = _scores(page, page.train_dataloader, 80)
    held_out, held_out_loss = _scores(page, page.eval_dataloader)
    seen = {"training accuracy": accuracy, "training loss": loss, "evaluation loss": held_out_loss}
    if noisy:
        mean, spread = sum(noisy) / len(noisy), max(noisy) - min(noisy)
        lost = held_out - mean
        seen |= {"lost with dropout on": lost, "spread with dropout on": spread}
    return seen


def _scores(page: Any, batches: Any, most: int | None = None) -> tuple[float, float]:
    """Accuracy and mean loss."""
    right, loss, seen = 0, 0.0, 0
    with page.torch.no_grad():
        for batch in batches:
            outputs, labels = page.model(**batch), batch["labels"]
            right += int((outputs.logits.argmax(dim=-1) == labels).sum())
            loss += outputs.loss.item() * len(labels)
            seen += len(labels)
            if most and seen >= most:
                break
    return right / seen, loss / seen


def decide(runs: Mapping[str, Run]) -> Outcome:
    everything, few, low, dropout = runs.values()
    # By the loss, as eight rows have only nine accuracies; in logarithms, as it falls by factors.
    gap, usual = (
        log(run.observed["evaluation loss"] / max(run.observed["training loss"], 1e-9))
        for run in (few, everything)
    )
    cost, more = dropout.observed["lost with dropout on"], gap - usual
    if cost > 0.1:
        name = "eval() decides"
    else:
        name = "memorised" if more > log(2) else "generalises"
    rows = (
        "training loss",
        "evaluation loss",
        "training accuracy",
        "accuracy",
        "lost with dropout on",
        "spread with dropout on",
    )
    return Outcome(
        name,
        f"Trained on eight pairs it scored {few.observed['training accuracy']:.2f} on them and "
        f"{few.accuracy:.2f} in evaluation, where its loss was {exp(gap):.1f}× that on them; on all pairs, "
        f"{everything.observed['training accuracy']:.2f} and {everything.accuracy:.2f}, {exp(usual):.1f}×; "
        f"at a rate too low the loss ended at {low.final_loss:.2f} and accuracy at {low.accuracy:.2f}. With "
        f"dropout left on, five evaluations lost {cost:.3f} on average and lay "
        f"{dropout.observed['spread with dropout on']:.3f} apart.",
        {row: {variant: run.value(row) for variant, run in runs.items()} for row in rows},
        {
            "accuracy lost with dropout on": Compared(cost, 0.1),
            "log of the factor in the loss beyond that of all pairs": Compared(more, log(2)),
        },
    )
