"""Do three ways to compute a metric of one's own agree, and what does accuracy hide?"""

from collections.abc import Mapping

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

LOAD = "metric = evaluate.load(metric_script, keep_in_memory=True)\n"
OWN = """

class BalancedAccuracy(evaluate.Metric):
    def _info(self):
        features = Features({"predictions": Value("int64"), "references": Value("int64")})
        return evaluate.MetricInfo(description="", citation="", inputs_description="", features=features)

    def _compute(self, predictions, references):
        pairs = list(zip(predictions, references))
        hits = [[p == r for p, r in pairs if r == label] for label in sorted(set(references))]
        return {"balanced_accuracy": sum(sum(hit) / len(hit) for hit in hits) / len(hits)}


"""
COMBINED = [
    Edit("from datasets import load_dataset\n", "from datasets import Features, Value, load_dataset\n"),
    Edit(LOAD, OWN + LOAD + "metric = evaluate.combine([metric, BalancedAccuracy()])\n"),
]
EVALUATION = """model.eval()
for batch in eval_dataloader:
    with torch.no_grad():
        outputs = model(**batch)
    predictions = outputs.logits.argmax(dim=-1)
    predictions, references = accelerator.gather_for_metrics((predictions, batch["labels"]))
    metric.add_batch(predictions=predictions, references=references)
eval_metric = metric.compute()
"""
BY_TRAINER = """def compute_metrics(eval_pred):
    logits, labels = eval_pred
    right = logits.argmax(axis=-1) == labels
    found = right[labels == 1].sum()
    return {
        "accuracy": right.mean(),
        "f1": 2 * found / (2 * found + (~right).sum()),
        "balanced_accuracy": (right[labels == 0].mean() + right[labels == 1].mean()) / 2,
    }


args = TrainingArguments(report_to="none", disable_tqdm=True)
trainer = Trainer(model, args, data_collator, compute_metrics=compute_metrics)
results = trainer.evaluate(eval_dataset)
eval_metric = {name: float(results[f"eval_{name}"]) for name in ("accuracy", "f1", "balanced_accuracy")}
"""

experiment = Experiment(
    variants={
        "own folder": [],
        "combine": COMBINED,
        "compute_metrics": [
            Edit(
                "    DataCollatorWithPadding,\n",
                "    DataCollatorWithPadding,\n    Trainer,\n    TrainingArguments,\n",
            ),
            Edit(LOAD + EVALUATION, BY_TRAINER),
        ],
        "always yes": [*COMBINED, Edit("outputs.logits.argmax(dim=-1)", 'torch.ones_like(batch["labels"])')],
    },
    outcomes={
        "same numbers": "The three ways agree, and only the new metric exposes a constant model.",
        "ways differ": "The three ways give different numbers.",
        "nothing hidden": "Accuracy exposes a constant model as well.",
    },
    watch=["accuracy", "f1", "balanced_accuracy"],
    settings={"num_training_steps": 8, "num_train_examples": 128, "num_eval_examples": 200},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    folder, combined, function, constant = runs.values()
    pairs = [(folder, combined, "accuracy"), (folder, function, "accuracy"), (folder, combined, "f1")]
    pairs += [(folder, function, "f1"), (combined, function, "balanced_accuracy")]
    apart = max(abs(a.value(name) - b.value(name)) for a, b, name in pairs)
    balanced = constant.value("balanced_accuracy")
    hidden = constant.accuracy - balanced
    if apart > 1e-9:
        name = "ways differ"
    else:
        name = "same numbers" if hidden > 0.05 else "nothing hidden"
    return Outcome(
        name,
        f"The three ways differed by {apart:.1g} at most; always saying yes scored accuracy "
        f"{constant.accuracy:.3f} and F1 {constant.f1:.3f}, and balanced accuracy {balanced:.3f}.",
        compared={"accuracy above balanced accuracy": Compared(hidden, 0.05)},
    )
