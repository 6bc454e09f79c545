"""How far does one get on the task without reading, by shared words, and with the model?"""

from collections.abc import Mapping

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

NO_TRAINING = Edit("range(math.ceil(num_training_steps / len(train_dataloader)))", "range(0)")
PREDICT = "    predictions = outputs.logits.argmax(dim=-1)\n"
METRIC = "metric = evaluate.load(metric_script, keep_in_memory=True)\n"
COMMONEST = METRIC + 'commonest = torch.tensor(raw_datasets["train"]["label"]).mode().values\n'
ALWAYS = '    predictions = commonest.expand(len(batch["labels"]))\n'
OVERLAP = """

def overlap(rows):
    pairs = zip(rows["sentence1"], rows["sentence2"])
    pairs = [(set(first.lower().split()), set(second.lower().split())) for first, second in pairs]
    return torch.tensor([len(first & second) / len(first | second) for first, second in pairs])


shared, labels = overlap(raw_datasets["train"][:]), torch.tensor(raw_datasets["train"]["label"])
threshold = max(torch.linspace(0, 1, 101), key=lambda t: ((shared >= t) == labels).sum())
scores = iter(overlap(raw_datasets["validation"][:]).split(batch_size))
"""
ENOUGH = '    predictions = (next(scores)[: len(batch["labels"])] >= threshold).long()\n'

experiment = Experiment(
    variants={
        "fine-tuned": [],
        "always the same": [NO_TRAINING, Edit(METRIC, COMMONEST), Edit(PREDICT, ALWAYS)],
        "shared words": [NO_TRAINING, Edit(METRIC, METRIC + OVERLAP), Edit(PREDICT, ENOUGH)],
    },
    outcomes={
        "F1 flatters": "A rule that reads nothing has a high F1, closer to the model's than its accuracy is.",
        "no free score": "A rule that reads nothing is as far behind in F1 as in accuracy, or further.",
    },
    watch=["accuracy", "f1", "loss"],
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    model, same, words = runs.values()
    lead, lead_in_f1 = model.accuracy - same.accuracy, model.f1 - same.f1
    above = same.f1 - same.accuracy
    name = "F1 flatters" if above > 0.05 and lead_in_f1 < lead else "no free score"
    return Outcome(
        name,
        f"Always the commonest answer: accuracy {same.accuracy:.2f}, F1 {same.f1:.2f}; by shared words: "
        f"{words.accuracy:.2f}, {words.f1:.2f}; fine-tuned for {len(model.steps)} steps: "
        f"{model.accuracy:.2f}, {model.f1:.2f}, a lead of {lead:.2f} and {lead_in_f1:.2f}.",
        compared={"F1 above accuracy": Compared(above, 0.05), "lead in F1": Compared(lead_in_f1, lead)},
    )
