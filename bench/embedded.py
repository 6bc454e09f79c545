"""The model card's table: what pre-training is worth, measured by fine-tuning.

    python -m bench.embedded                       # the bundled corpus, 100 steps, 10 seeds
    python -m bench.embedded --mrpc FOLDER         # and MRPC's validation split, 3 epochs, 5 seeds

Each row is one way to begin (random weights, PCA embeddings alone, the embedded checkpoint), each figure the
mean and the standard deviation over the seeds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset, DatasetDict, load_dataset
from torch.utils.data import DataLoader
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


@dataclass(frozen=True)
class Run:
    """One fine-tuning: `steps` batches of `batch_size` at a peak of `learning_rate`, 10% of them warm-up."""

    steps: int
    learning_rate: float
    batch_size: int = 16


@dataclass(frozen=True)
class Scores:
    """Percentages on the evaluated split, and the seconds that training took."""

    accuracy: float
    f1: float
    seconds: float


def tokenize(split: Dataset, tokenizer: PreTrainedTokenizerBase) -> Dataset:
    """The split as the page's loop prepares it: input_ids, token_type_ids, attention_mask, labels."""
    coded = split.map(
        lambda rows: tokenizer(rows["sentence1"], rows["sentence2"], truncation=True),
        batched=True,
        remove_columns=[name for name in split.column_names if name != "label"],
    )
    return coded.rename_column("label", "labels").with_format("torch")


def fine_tune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    train: Dataset,
    evaluated: Dataset,
    run: Run,
    seed: int,
) -> Scores:
    """Trains `model` in place on tokenized `train` and scores it on tokenized `evaluated`."""
    collate = DataCollatorWithPadding(tokenizer)
    order = torch.Generator().manual_seed(seed)
    loader = DataLoader(train, batch_size=run.batch_size, shuffle=True, collate_fn=collate, generator=order)
    optimizer = torch.optim.AdamW(model.parameters(), lr=run.learning_rate, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, run.steps // 10, run.steps)
    model.train()
    started, step = time.perf_counter(), 0
    while step < run.steps:
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            step += 1
            if step == run.steps:
                break
    seconds = time.perf_counter() - started
    return evaluate(model, DataLoader(evaluated, batch_size=64, collate_fn=collate), seconds)


@torch.inference_mode()
def evaluate(model: PreTrainedModel, loader: DataLoader, seconds: float) -> Scores:
    """Accuracy, and F1 of class 1, in percent."""
    model.eval()
    said = torch.cat([torch.stack([model(**rows).logits.argmax(-1), rows["labels"]]) for rows in loader], 1)
    right = (said[0] == said[1]).float().mean().item()
    both = int((said[0] * said[1]).sum())
    return Scores(100 * right, 100 * 2 * both / max(1, int(said.sum())), seconds)


def checkpoint() -> PreTrainedModel:
    """The embedded model with a new head."""
    return AutoModelForSequenceClassification.from_pretrained(CHECKPOINT, num_labels=2)


def random_weights() -> PreTrainedModel:
    """The embedded model's shape, untrained."""
    return AutoModelForSequenceClassification.from_config(checkpoint().config)


def pca_only() -> PreTrainedModel:
    """Untrained layers on the PCA embeddings that pre-training began from; needs the making's inputs."""
    from experiments.bundled.making.inputs import find_inputs
    from experiments.bundled.making.student import new_student

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
    train, validation = (tokenize(splits[name], tokenizer) for name in ("train", "validation"))
    scores = []
    for seed in range(seeds):
        set_seed(seed)
        scores.append(fine_tune(begin(), tokenizer, train, validation, run, seed))
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
    recipe = f"{run.steps} steps of {run.batch_size} at {run.learning_rate:g}"
    print(f"\n{title}: {recipe}, seeds 0 to {seeds - 1}\n")
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
        table("MRPC validation", splits, Run(3 * -(-len(splits["train"]) // 16), 3e-4), arguments.seeds or 5)


if __name__ == "__main__":
    main()
