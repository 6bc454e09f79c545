"""Looks at what a page left behind, to tell what its run came to by more than its own word.

The page's metric is what the page says. Here its model is asked again, on the bundled validation pairs, so a
page that scores something else, or makes its score up, is seen to differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import torch

from experiments.engine.sources import BUNDLED

ROWS = 16
"""Pairs a batch, as the page has them: the same batches give the same logits to the last bit."""


def observe(page: SimpleNamespace) -> dict[str, Any]:
    """What the page's model does on the validation pairs, and what became of its weights.

    `measured accuracy`, `measured f1`: of the model that the page left, told by no code of the page.
    `reported accuracy`, `reported f1`: what its `eval_metric` says at the end, however it came to be.
    `trained`: the share of the weight tensors that are no longer the checkpoint's.
    `dropout`: 1 where the last training loss went through dropout.
    `batch`: a table of the last batch's columns.
    """
    found: dict[str, Any] = {"batch": columns(getattr(page, "batch", None))}
    if (model := _model(page)) is not None and hasattr(page, "eval_metric"):
        with suppress(Exception):  # a model that cannot be asked has no scores
            found |= _scores(model)
        with suppress(Exception):  # nor has one that says no numbers
            said = page.eval_metric
            found |= {f"reported {name}": float(said[name]) for name in ("accuracy", "f1") if name in said}
        found["trained"] = _trained(model)
        found["dropout"] = float(_has_dropout(getattr(page, "loss", None)))
    return found


def columns(batch: Any) -> list[list[str]]:
    """A heading, then each column's name, type, shape and first row, shortened."""
    rows = [["column", "type", "shape", "first row"]]
    if isinstance(batch, Mapping):
        for name, value in batch.items():
            kind = str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")
            shape = str(tuple(getattr(value, "shape", ())))
            first = value.flatten() if getattr(value, "ndim", 0) == 0 else value[0] if len(value) else value
            rows.append([str(name), kind, shape, str(getattr(first, "tolist", lambda: first)())[:60]])  # noqa: B023
    return rows


def _model(page: SimpleNamespace) -> torch.nn.Module | None:
    """The page's classifier: what it calls `model`, or the only one that it has under another name."""
    if isinstance(model := getattr(page, "model", None), torch.nn.Module):
        return model
    models = {id(value): value for value in vars(page).values() if isinstance(value, torch.nn.Module)}
    return next(iter(models.values())) if len(models) == 1 else None


def _scores(model: torch.nn.Module) -> dict[str, float]:
    """Accuracy and F1 of the class 1 on the validation pairs, in evaluation mode."""
    was_training = model.training
    model.eval()
    right = found = wanted = total = 0
    for batch, labels in _validation():
        with torch.no_grad():
            predictions = model(**batch).logits.argmax(dim=-1)
        right += int((predictions == labels).sum())
        found += int(((predictions == 1) & (labels == 1)).sum())
        wanted += int((predictions == 1).sum() + (labels == 1).sum())
        total += len(labels)
    model.train(was_training)
    return {"measured accuracy": right / total, "measured f1": 2 * found / wanted if wanted else 0.0}


def _validation() -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
    """The bundled validation pairs as batches, in their order, and their labels."""
    import csv

    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(BUNDLED / "model"))
    with (BUNDLED / "corpus" / "validation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for begin in range(0, len(rows), ROWS):
        some = rows[begin : begin + ROWS]
        first, second = [row["sentence1"] for row in some], [row["sentence2"] for row in some]
        batch = tokenizer(first, second, truncation=True, padding=True, return_tensors="pt")
        yield dict(batch), torch.tensor([int(row["label"] == "equivalent") for row in some])


def _trained(model: torch.nn.Module) -> float:
    """The share of the weight tensors that differ from the checkpoint's; a new head counts as trained."""
    from safetensors.torch import load_file

    before = load_file(str(BUNDLED / "model" / "model.safetensors"))
    now = dict(model.named_parameters())
    changed = [name not in before or not torch.equal(before[name], value) for name, value in now.items()]
    return sum(changed) / max(1, len(changed))


def _has_dropout(loss: Any) -> bool:
    """Whether a dropout stands in the graph behind a loss."""
    waiting, seen = [getattr(loss, "grad_fn", None)], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        # On a CPU dropout is a product with its mask, and BERT's graph has no other product.
        if "Dropout" in node.name() or node.name().startswith("MulBackward"):
            return True
        seen.add(node)
        waiting += [function for function, _ in node.next_functions]
    return False
