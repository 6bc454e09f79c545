"""What happens to F1 if the two classes are called the other way round?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

START = "model.eval()\n"
ADD = "    metric.add_batch(predictions=predictions, references=references)\n"
COMPUTE = "eval_metric = metric.compute()\n"
PREDICT = "outputs.logits.argmax(dim=-1)"
REFERENCES = '(predictions, batch["labels"])'
FLIPPED = Edit(REFERENCES, '(predictions, 1 - batch["labels"])')
COUNTED = [
    Edit(START, START + "counts = torch.zeros(4, dtype=torch.long)\n"),
    Edit(ADD, ADD + "    counts += torch.bincount(2 * predictions + references, minlength=4).cpu()\n"),
    Edit(
        COMPUTE,
        """tn, fn, fp, tp = counts.tolist()
margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
eval_metric = metric.compute() | {
    "macro_f1": tp / (2 * tp + fp + fn) + tn / (2 * tn + fp + fn),
    "matthews": (tp * tn - fp * fn) / math.sqrt(margins) if margins else 0.0,
}
""",
    ),
]

experiment = Experiment(
    variants={
        "paraphrase is 1": COUNTED,
        "paraphrase is 0": [*COUNTED, Edit(PREDICT, f"1 - {PREDICT}"), FLIPPED],
        "always yes, yes is 1": [*COUNTED, Edit(PREDICT, 'torch.ones_like(batch["labels"])')],
        "always yes, yes is 0": [*COUNTED, Edit(PREDICT, 'torch.zeros_like(batch["labels"])'), FLIPPED],
    },
    outcomes={
        "depends on the name": "F1 changes with which class is called 1; the symmetric measures do not.",
        "symmetric": "F1 is about the same either way.",
        "other predictions": "A symmetric measure changed too, so these are not the same answers.",
    },
    watch=["f1", "accuracy", "macro_f1", "matthews", "loss"],
    settings={"num_training_steps": 40},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    one, zero, always, never = runs.values()
    pairs = [(one, zero, name) for name in ("accuracy", "macro_f1", "matthews")]
    apart = max(abs(a.value(name) - b.value(name)) for a, b, name in pairs)
    # How much further from 1 the F1 is under the other name.
    short = max(1 - zero.f1, 1e-9) / max(1 - one.f1, 1e-9)
    if apart > 1e-9:
        name = "other predictions"
    else:
        name = "depends on the name" if short > 1.5 and always.f1 > never.f1 else "symmetric"
    rows = ("f1", "accuracy", "macro_f1", "matthews")
    evidence: dict[str, Any] = {row: {v: run.value(row) for v, run in runs.items()} for row in rows}
    return Outcome(
        name,
        f"Paraphrases called 1, the trained model's F1 was {one.f1:.2f}, and called 0, {zero.f1:.2f}, by the "
        f"same answers; accuracy was {one.accuracy:.2f} both times, macro F1 {one.value('macro_f1'):.2f}, "
        f"Matthews' correlation {one.value('matthews'):.2f}. Always saying yes fell from {always.f1:.2f} to "
        f"{never.f1:.2f}.",
        evidence,
        {"short of 1, called 0 against called 1": Compared(short, 1.5)},
    )
