"""What if model.train() is not called again after an evaluation?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

LOSS = "        loss = outputs.loss\n"
TWICE = Edit(LOSS, LOSS + "        apart.append(abs(loss - model(**batch).loss).item())\n")
START = "completed_steps = 0\nmodel.train()\n"
BEGIN = "completed_steps = 0\napart = []\nmodel.train()\n"
STOP = "        if completed_steps == num_training_steps:\n            break\n"
EVALUATE = """    model.eval()
    with torch.no_grad():
        scores = [model(**held_out).loss for held_out in eval_dataloader]
"""

experiment = Experiment(
    variants={
        "train() again": [TWICE, Edit(START, BEGIN), Edit(STOP, STOP + EVALUATE + "    model.train()\n")],
        "forgotten": [TWICE, Edit(START, BEGIN), Edit(STOP, STOP + EVALUATE)],
        "never": [TWICE, Edit(START, BEGIN.replace("model.train()\n", ""))],
        "no evaluation": [TWICE, Edit(START, BEGIN)],
    },
    outcomes={
        "dropout gone": "After the first evaluation it trains without dropout.",
        "no difference": "Dropout is back by itself.",
    },
    watch=["loss", "rounds with dropout", "first epoch", "later epochs"],
    settings={"batch_size": 16, "num_train_examples": 64, "num_training_steps": 12, "num_eval_examples": 32},
)


def observe(page) -> dict[str, float]:
    """Rounds in which the same batch gave two losses: only dropout can tell them apart."""
    epoch = len(page.train_dataloader)
    return {
        "rounds with dropout": sum(gap > 0 for gap in page.apart),
        "first epoch": sum(gap > 0 for gap in page.apart[:epoch]),
        "later epochs": sum(gap > 0 for gap in page.apart[epoch:]),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    again, forgotten, _, without = runs.values()
    dropped = {variant: run.observed["rounds with dropout"] for variant, run in runs.items()}
    gone = forgotten.observed["later epochs"] == 0 < again.observed["later epochs"]
    evaluated = "the same as" if again.loss == without.loss else "other than"
    return Outcome(
        "dropout gone" if gone else "no difference",
        f"Dropout was at work in {dropped['train() again']} of {len(again.steps)} rounds with train() called "
        f"again, in {dropped['forgotten']} where it was forgotten, and in {dropped['never']} where it was "
        f"never called; with train() called again the losses were {evaluated} those without an evaluation.",
    )
