"""Is a metric over all batches the mean of the metric of each batch?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

ADD = "    metric.add_batch(predictions=predictions, references=references)\n"
COMPUTE = "eval_metric = metric.compute()\n"
START = "model.eval()\n"

experiment = Experiment(
    variants={
        "add_batch": [],
        "one compute": [
            Edit(START, START + "collected = [], []\n"),
            Edit(ADD, "    collected[0].extend(predictions)\n    collected[1].extend(references)\n"),
            Edit(
                COMPUTE, "eval_metric = metric.compute(predictions=collected[0], references=collected[1])\n"
            ),
        ],
        "mean of batches": [
            Edit(START, START + "scores = []\n"),
            Edit(ADD, "    scores.append(metric.compute(predictions=predictions, references=references))\n"),
            Edit(
                COMPUTE,
                "eval_metric = {name: sum(s[name] for s in scores) / len(scores) for name in scores[0]}\n",
            ),
        ],
        "probabilities": [
            Edit("outputs.logits.argmax(dim=-1)", "outputs.logits.softmax(dim=-1)[:, 1]"),
        ],
        "compute again": [Edit(COMPUTE, COMPUTE + "again = metric.compute()\n")],
    },
    outcomes={
        "averaging is off": "add_batch equals one compute over everything; the mean over batches does not.",
        "averaging agrees": "The mean over batches is the same number.",
        "add_batch is off": "add_batch differs from one compute over everything.",
    },
    watch=["f1", "accuracy"],
    settings={
        "num_training_steps": 10,
        "num_train_examples": 160,
        "num_eval_examples": 100,
        "batch_size": 16,
    },
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    added, whole, mean = (runs[name] for name in ("add_batch", "one compute", "mean of batches"))
    cast, again = runs["probabilities"], runs["compute again"]
    if abs(added.f1 - whole.f1) > 1e-12 or abs(added.accuracy - whole.accuracy) > 1e-12:
        name = "add_batch is off"
    elif abs(mean.f1 - whole.f1) > 1e-6:
        name = "averaging is off"
    else:
        name = "averaging agrees"
    ended = f"raised {again.raised.type}" if again.raised else "gave a result"
    probabilities = (
        f"raised {cast.raised.type}" if cast.raised else f"were scored without a word, with F1 {cast.f1:.4f}"
    )
    return Outcome(
        name,
        f"F1 was {added.f1:.4f} by add_batch, {whole.f1:.4f} in one compute and {mean.f1:.4f} as the mean of "
        f"the batches; probabilities {probabilities}; a second compute {ended}.",
    )
