"""The model card's table: what pre-training is worth, measured by fine-tuning.

    python -m bench.embedded                       # the bundled corpus, 100 steps, 10 seeds
    python -m bench.embedded --mrpc FOLDER         # and MRPC's validation split, 3 epochs, 5 seeds

Each row is one way to begin (random weights, PCA embeddings alone, the embedded checkpoint), each figure the
mean and the standard deviation over the seeds. On MRPC there are two tables: the plain loop, and one that
spares the embeddings, reads each pair in both orders and leans towards "paraphrase".
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, DatasetDict, load_dataset
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    get_linear_schedule_with_warmup,
    set_seed,
)
from transformers.utils import logging

BUNDLED = Path(__file__).parent.parent / "experiments" / "bundled"
CHECKPOINT, CORPUS = BUNDLED / "model", BUNDLED / "corpus"
BATCH_SIZE, EVALUATION_BATCH_SIZE = 16, 64
MRPC_EPOCHS = 3


@dataclass(frozen=True)
class Run:
    """One fine-tuning: `steps` batches of `batch_size` at a peak of `learning_rate`, 10% of them warm-up."""

    steps: int
    learning_rate: float
    batch_size: int = BATCH_SIZE
    freeze_embeddings: bool = False
    both_orders: bool = False
    """Read each pair of a batch both ways round, and answer with the mean: a paraphrase is one both ways."""
    paraphrase_weight: float = 1.0
    """What a pair of class 1 weighs in the loss, beside one of class 0."""

    def __str__(self) -> str:
        parts = [f"{self.steps} steps of {self.batch_size} at {self.learning_rate:g}"]
        parts += ["embeddings frozen"] * self.freeze_embeddings + ["both orders read"] * self.both_orders
        if self.paraphrase_weight != 1:
            parts.append(f"paraphrases weighted {self.paraphrase_weight:g}")
        return ", ".join(parts)


def careful(steps: int) -> Run:
    """The fine-tuning of MRPC that cross-validation on its training split chose."""
    return Run(steps, 8e-4, freeze_embeddings=True, both_orders=True, paraphrase_weight=2.0)


@dataclass(frozen=True)
class Scores:
    """Percentages on the evaluated split, and the seconds that training took."""

    accuracy: float
    f1: float
    seconds: float


class Pairs(TorchDataset[list[dict[str, Any]]]):
    """A tokenized split; a pair has as many rows as there are orders in which its sentences are read."""

    def __init__(self, split: Dataset, tokenizer: PreTrainedTokenizerBase, both_orders: bool) -> None:
        self.orders = [tokenize(split, tokenizer, "sentence1", "sentence2")]
        if both_orders:
            self.orders.append(tokenize(split, tokenizer, "sentence2", "sentence1"))
        self.pad = DataCollatorWithPadding(tokenizer)

    def __len__(self) -> int:
        return len(self.orders[0])

    def __getitem__(self, index: int) -> list[dict[str, Any]]:
        return [rows[index] for rows in self.orders]

    def batches(self, batch_size: int, seed: int | None = None) -> DataLoader:
        """Batches of (orders * batch_size, length), one order after the other; shuffled with a seed."""
        return DataLoader(
            self,
            batch_size=batch_size,
            shuffle=seed is not None,
            collate_fn=lambda pairs: self.pad([row for rows in zip(*pairs, strict=True) for row in rows]),
            generator=None if seed is None else torch.Generator().manual_seed(seed),
        )


def tokenize(split: Dataset, tokenizer: PreTrainedTokenizerBase, first: str, second: str) -> Dataset:
    """The split as the page's loop prepares it: input_ids, token_type_ids, attention_mask, labels."""
    coded = split.map(
        lambda rows: tokenizer(rows[first], rows[second], truncation=True),
        batched=True,
        remove_columns=[name for name in split.column_names if name != "label"],
    )
    return coded.rename_column("label", "labels").with_format("torch")


def fine_tune(model: PreTrainedModel, batches: DataLoader, run: Run) -> float:
    """Trains `model` in place; the seconds that it took."""
    model.base_model.embeddings.requires_grad_(not run.freeze_embeddings)
    learning = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=run.learning_rate, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, run.steps // 10, run.steps)
    weight = torch.tensor([1.0, run.paraphrase_weight])
    model.train()
    started = time.perf_counter()
    epochs = math.ceil(run.steps / len(batches))
    for batch in islice(chain.from_iterable(repeat(batches, epochs)), run.steps):
        labels = batch.pop("labels")
        cross_entropy(model(**batch).logits, labels, weight=weight).backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return time.perf_counter() - started


@torch.inference_mode()
def evaluate(model: PreTrainedModel, batches: DataLoader, orders: int) -> tuple[float, float]:
    """Accuracy, and F1 of class 1, in percent; what counts is the mean of a pair's logits over its orders."""
    model.eval()
    answers, labels = [], []
    for batch in batches:
        labels.append(batch.pop("labels").view(orders, -1)[0])
        answers.append(model(**batch).logits.unflatten(0, (orders, -1)).mean(0).argmax(-1))
    said, true = torch.cat(answers), torch.cat(labels)
    right = (said == true).float().mean().item()
    return 100 * right, 100 * 2 * int((said * true).sum()) / max(1, int((said + true).sum()))


def checkpoint() -> PreTrainedModel:
    """The embedded model with a new head."""
    return AutoModelForSequenceClassification.from_pretrained(CHECKPOINT, num_labels=2)


def random_weights() -> PreTrainedModel:
    """The embedded model's shape, untrained."""
    return AutoModelForSequenceClassification.from_config(checkpoint().config)


def pca_only() -> PreTrainedModel:
    """Untrained layers on the PCA embeddings that pre-training began from; needs the making's inputs."""
    from tools.making.inputs import find_inputs
    from tools.making.student import new_student

    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    folder = find_inputs().teacher
    return new_student(tokenizer, str(folder), AutoTokenizer.from_pretrained(folder).get_vocab())


BEGINNINGS: dict[str, Callable[[], PreTrainedModel]] = {
    "random weights": random_weights,
    "PCA embeddings only": pca_only,
    "the checkpoint": checkpoint,
}


def measure(begin: Callable[[], PreTrainedModel], splits: DatasetDict, run: Run, seeds: int) -> list[Scores]:
    """One fine-tuning a seed."""
    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    train, validation = (Pairs(splits[name], tokenizer, run.both_orders) for name in ("train", "validation"))
    evaluated = validation.batches(EVALUATION_BATCH_SIZE)
    scores = []
    for seed in range(seeds):
        set_seed(seed)
        model = begin()
        seconds = fine_tune(model, train.batches(run.batch_size, seed), run)
        scores.append(Scores(*evaluate(model, evaluated, len(validation.orders)), seconds))
    return scores


def majority(split: Dataset) -> float:
    """What always answering 1 scores, in percent."""
    labels = split["label"]
    return 100 * sum(labels) / len(labels)


def row(name: str, scores: list[Scores]) -> str:
    """One line of the table."""
    accuracy, f1 = (spread([getattr(score, name) for score in scores]) for name in ("accuracy", "f1"))
    return f"| {name} | {accuracy} | {f1} | {statistics.mean(score.seconds for score in scores):.1f} |"


def spread(values: list[float]) -> str:
    """Mean, standard deviation and range."""
    mean, deviation = statistics.mean(values), statistics.pstdev(values)
    return f"{mean:.1f} ± {deviation:.1f} ({min(values):.1f}–{max(values):.1f})"


def table(title: str, splits: DatasetDict, run: Run, seeds: int) -> None:
    """Measures and prints every row as it is done."""
    share = majority(splits["validation"])
    print(f"\n{title}: {run}, seeds 0 to {seeds - 1}\n")
    print("| begins from | accuracy (range) | F1 (range) | seconds |\n|---|---|---|---|")
    print(f"| the majority class | {share:.1f} | {200 * share / (100 + share):.1f} | |", flush=True)
    for name, begin in BEGINNINGS.items():
        print(row(name, measure(begin, splits, run, seeds)), flush=True)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mrpc", type=Path, help="a folder with MRPC's train and validation splits")
    parser.add_argument("--seeds", type=int, help="how many, on both")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    table("Bundled corpus", load_dataset(str(CORPUS)), Run(100, 5e-4), arguments.seeds or 10)
    if arguments.mrpc:
        splits = load_dataset(str(arguments.mrpc))
        steps = MRPC_EPOCHS * math.ceil(len(splits["train"]) / BATCH_SIZE)
        for run in (Run(steps, 3e-4), careful(steps)):
            table("MRPC validation", splits, run, arguments.seeds or 5)


if __name__ == "__main__":
    main()
