"""Is a metric over all batches the mean of the metric of each batch?"""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

ADD = "    metric.add_batch(predictions=predictions, references=references)\n"
LOAD = "evaluate.load(metric_script, keep_in_memory=True)"
COMPUTE = "eval_metric = metric.compute()\n"
START = "model.eval()\n"
AGAIN = Edit(COMPUTE, COMPUTE + "again = metric.compute()\n")
ON_DISK = 'evaluate.load(metric_script, experiment_id="again")'


def _mean_of(size: int) -> Sequence[Edit]:
    # Made anew after training, which the variants have in common.
    loader = (
        f"eval_dataloader = DataLoader(eval_dataset, batch_size={size}, collate_fn=data_collator)\n"
        "eval_dataloader = accelerator.prepare(eval_dataloader)\n"
    )
    return [
        Edit(START, START + loader + "scores = []\n"),
        Edit(ADD, "    scores.append(metric.compute(predictions=predictions, references=references))\n"),
        Edit(
            COMPUTE,
            "eval_metric = {name: sum(s[name] for s in scores) / len(scores) for name in scores[0]}\n",
        ),
    ]


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
        "mean of batches of 4": _mean_of(4),
        "mean of batches of 16": _mean_of(16),
        "probabilities": [Edit("outputs.logits.argmax(dim=-1)", "outputs.logits.softmax(dim=-1)[:, 1]")],
        "compute again": [AGAIN],
        "compute again, on disk": [Edit(LOAD, ON_DISK), AGAIN],
    },
    outcomes={
        "averaging is off": "add_batch equals one compute over everything; the mean over batches does not.",
        "averaging agrees": "The mean over batches is the same number.",
        "add_batch is off": "add_batch differs from one compute over everything.",
        "probabilities raise": "Probabilities are refused instead of being cut to whole numbers.",
        "compute keeps": "A second compute gives the result again.",
    },
    watch=["f1", "accuracy"],
    settings={
        "num_training_steps": 24,
        "num_train_examples": 384,
        "batch_size": 16,
    },
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    added, whole = runs["add_batch"], runs["one compute"]
    means = {size: runs[f"mean of batches of {size}"] for size in (4, 16)}
    off = {size: abs(run.f1 - whole.f1) for size, run in means.items()}
    # Averaged over the same batches, accuracy is off by the short last batch alone.
    usual = max(abs(means[4].accuracy - whole.accuracy), 1e-12)
    cast, again = runs["probabilities"], [runs["compute again"], runs["compute again, on disk"]]
    if abs(added.f1 - whole.f1) > 1e-12 or abs(added.accuracy - whole.accuracy) > 1e-12:
        name = "add_batch is off"
    elif cast.raised:
        name = "probabilities raise"
    elif not all(run.raised for run in again):
        name = "compute keeps"
    else:
        name = "averaging is off" if off[4] > usual else "averaging agrees"
    ended = [run.raised.type if run.raised else "nothing" for run in again]
    scored = "raised" if cast.raised else f"were scored without a word, F1 {cast.f1:.3f}"
    rows = ("f1", "accuracy")
    evidence: dict[str, Any] = {row: {v: run.value(row) for v, run in runs.items()} for row in rows}
    return Outcome(
        name,
        f"F1 was {added.f1:.3f} by add_batch and {whole.f1:.3f} in one compute; means of batches were "
        f"{off[4]:.3f} off in batches of 4 (accuracy {usual:.1g}) and {off[16]:.3f} in batches of 16. "
        f"Probabilities {scored}. A second compute raised {ended[0]} in memory and {ended[1]} on disk.",
        evidence,
        {"F1 off by, batches of 4": Compared(off[4], usual)},
    )
