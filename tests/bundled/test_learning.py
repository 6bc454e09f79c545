"""Fine-tuning the embedded model on the embedded corpus learns what overlap cannot tell."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest
import torch
from datasets import Dataset, DatasetDict, load_dataset, logging
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from bench.embedded import CORPUS, Run, Scores, checkpoint, measure

# They share the scores of a few fine-tunings; `bench.embedded` measures ten seeds for the model card.
pytestmark = [pytest.mark.xdist_group("learning"), pytest.mark.timeout(900)]

SHORT = Run(steps=100, learning_rate=5e-4)
SEEDS = 4
FOLDS, DECAYS = 5, (1e-2, 1e-1, 1.0, 10.0)


@pytest.fixture(scope="module")
def splits() -> DatasetDict:
    return load_dataset(str(CORPUS))


@pytest.fixture(scope="module")
def scores(splits: DatasetDict) -> list[Scores]:
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    return measure(checkpoint, splits, SHORT, seeds=SEEDS)


def majority(split: Dataset) -> float:
    return 100 * sum(split["label"]) / len(split)


def logistic_regression(train: Tensor, labels: Tensor, evaluated: Tensor, decay: float) -> Tensor:
    """The answers for the rows of `evaluated` of a regression fitted on `train`, (rows, features)."""
    mean, spread = train.mean(0), train.std(0) + 1e-6
    train, evaluated = (train - mean) / spread, (evaluated - mean) / spread
    weights = torch.zeros(train.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = binary_cross_entropy_with_logits(train @ weights[1:] + weights[0], labels)
        value = value + decay * weights[1:].square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return (evaluated @ weights[1:] + weights[0] > 0).detach()


def accuracy(answers: Tensor, split: Dataset) -> float:
    return 100 * (answers == torch.tensor(split["label"]).bool()).float().mean().item()


def words(sentence: str) -> list[str]:
    return sentence.lower().replace(",", "").rstrip(".").split()


def overlap(one: str, two: str) -> list[float]:
    """Shares of common words and of common pairs of words in each sentence, their union, and the lengths."""
    features = []
    a, b = words(one), words(two)
    for x, y in ((set(a), set(b)), (set(pairwise(a)), set(pairwise(b)))):
        features += [len(x & y) / len(x), len(x & y) / len(y), len(x & y) / len(x | y)]
    return [*features, abs(len(a) - len(b)) / max(len(a), len(b)), float(len(a)), float(len(b))]


def overlap_features(split: Dataset) -> Tensor:
    plain = torch.tensor(
        [overlap(*pair) for pair in zip(split["sentence1"], split["sentence2"], strict=True)]
    )
    return torch.cat([plain, plain.square()], dim=1)


def bag_of_words(split: Dataset, vocabulary: list[str]) -> Tensor:
    places = {word: place for place, word in enumerate(vocabulary)}
    bags = torch.zeros(len(split), len(vocabulary))
    for row, sentence in enumerate(split["sentence2"]):
        for word in words(sentence):
            if word in places:
                bags[row, places[word]] = 1
    return bags


def test_a_hundred_steps_go_well_over_the_majority_class(splits: DatasetDict, scores: list[Scores]) -> None:
    floor = majority(splits["validation"]) + 12
    assert [score.accuracy for score in scores if score.accuracy < floor] == []


def test_word_overlap_alone_does_not_solve_it(splits: DatasetDict, scores: list[Scores]) -> None:
    labels = torch.tensor(splits["train"]["label"]).float()
    train, evaluated = (overlap_features(splits[name]) for name in ("train", "validation"))
    best = max(
        accuracy(logistic_regression(train, labels, evaluated, decay), splits["validation"])
        for decay in (0.0, 1e-3, 1e-2, 1e-1)
    )
    mean = sum(score.accuracy for score in scores) / len(scores)
    assert best <= mean - 8, f"overlap {best:.1f}, fine-tuned {mean:.1f}"


def best_decay(rows: Tensor, labels: Tensor, frames: list[str]) -> float:
    """The decay that does best in cross-validation; a frame of the grammar is never in two folds."""
    names = sorted(set(frames))
    fold = torch.tensor([names.index(frame) % FOLDS for frame in frames])

    def right(decay: float) -> int:
        answers = torch.zeros(len(labels), dtype=torch.bool)
        for k in range(FOLDS):
            inside = fold == k
            answers[inside] = logistic_regression(rows[~inside], labels[~inside], rows[inside], decay)
        return int((answers == labels.bool()).sum())

    return max(DECAYS, key=right)


def test_the_second_sentence_alone_tells_nothing(splits: DatasetDict) -> None:
    with (CORPUS / "tags.tsv").open(encoding="utf-8") as file:
        frames = [row["frame"] for row in csv.DictReader(file, delimiter="\t") if row["split"] == "train"]
    vocabulary = sorted({word for sentence in splits["train"]["sentence2"] for word in words(sentence)})
    labels = torch.tensor(splits["train"]["label"]).float()
    train, evaluated = (bag_of_words(splits[name], vocabulary) for name in ("train", "validation"))
    answers = logistic_regression(train, labels, evaluated, best_decay(train, labels, frames))
    assert abs(accuracy(answers, splits["validation"]) - majority(splits["validation"])) <= 3
