"""What comes back from save_pretrained, and what if the tokenizer was not saved?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

METRIC = "metric = evaluate.load(metric_script, keep_in_memory=True)\n"
RELOAD = """from tempfile import TemporaryDirectory
with TemporaryDirectory() as folder:
    model.save_pretrained(folder)
    loaded = AutoModelForSequenceClassification.from_pretrained(folder)
trained, model = model, loaded.to(accelerator.device)
"""

experiment = Experiment(
    variants={
        "never saved": [],
        "the whole model": [Edit(METRIC, RELOAD + METRIC)],
        "only the body": [Edit(METRIC, RELOAD.replace("model.save", "model.base_model.save") + METRIC)],
    },
    outcomes={
        "model yes, words no": "The model comes back to the bit; without its tokenizer it is given no words.",
        "model and words": "The model comes back, and so does its tokenizer, without having been saved.",
        "tokenizer missed": "The model comes back, and loading a tokenizer that is not there raises.",
        "head lost": "The head is not the trained one after loading.",
    },
    watch=["loss", "accuracy", "without its tokenizer", "logits moved", "tokens known", "unknown"],
    settings={"num_training_steps": 24, "num_train_examples": 192, "num_eval_examples": 96, "batch_size": 8},
)


def observe(page: Any) -> dict[str, Any]:
    """`logits moved`: from those of the trained model. The rest: a tokenizer from where none is.

    `without its tokenizer`: the model's accuracy with that one. `unknown`: the share of words unknown to it.
    """
    from tempfile import TemporaryDirectory

    if not hasattr(page, "eval_metric"):
        return {}
    trained = getattr(page, "trained", page.model).eval()
    with page.torch.no_grad():
        moved = (page.model(**page.batch).logits - trained(**page.batch).logits).abs().max()
    with TemporaryDirectory() as folder:
        page.model.save_pretrained(folder)
        try:
            tokenizer = page.AutoTokenizer.from_pretrained(folder)
        except Exception as raised:
            return {"logits moved": float(moved), "tokenizer": f"raised {type(raised).__name__}"}
    rows = page.raw_datasets["validation"][: len(page.eval_rows)]
    ids = [i for row in tokenizer(rows["sentence1"], add_special_tokens=False)["input_ids"] for i in row]
    return {
        "logits moved": float(moved),
        "tokens known": len(tokenizer),
        "unknown": sum(i == tokenizer.unk_token_id for i in ids) / max(len(ids), 1),
        "without its tokenizer": _accuracy(page, tokenizer, rows),
    }


def _accuracy(page: Any, tokenizer: Any, rows: Mapping[str, Any]) -> float:
    texts = rows["sentence1"], rows["sentence2"]
    batch = tokenizer(*texts, truncation=True, padding=True, return_tensors="pt").to(page.model.device)
    with page.torch.no_grad():
        predictions = page.model(**batch).logits.argmax(dim=-1).tolist()
    return sum(a == b for a, b in zip(predictions, rows["label"], strict=True)) / len(predictions)


def decide(runs: Mapping[str, Run]) -> Outcome:
    _, whole, body = (run.observed for run in runs.values())
    if whole["logits moved"] > 0:
        name = "head lost"
    elif "tokenizer" in whole:
        name = "tokenizer missed"
    else:
        name = "model yes, words no" if whole["unknown"] == 1 else "model and words"
    words = whole.get("tokenizer") or (
        f"was of {whole['tokens known']} tokens and read {whole['unknown']:.0%} of the words as unknown; "
        f"accuracy was {whole['without its tokenizer']:.2f} with it and "
        f"{runs['the whole model'].accuracy:.2f} with the model's own"
    )
    return Outcome(
        name,
        f"Saved whole and loaded, logits moved by {whole['logits moved']:.2g}, saved without the head by "
        f"{body['logits moved']:.2g}; the tokenizer loaded from a folder with only the model {words}.",
    )
