"""The ways to fine-tune that the model card's tables are measured by do what they say."""

from __future__ import annotations

import pytest
import torch
from datasets import Dataset, load_dataset
from transformers import AutoTokenizer, PreTrainedTokenizerBase, set_seed

from bench.embedded import CHECKPOINT, CORPUS, Pairs, Run, checkpoint, evaluate, fine_tune

ORDERS = 2
FEW = 48


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(CHECKPOINT)


@pytest.fixture(scope="module")
def split() -> Dataset:
    return load_dataset(str(CORPUS), split="validation").select(range(FEW))


def test_each_pair_of_a_batch_is_read_both_ways_round(
    split: Dataset, tokenizer: PreTrainedTokenizerBase
) -> None:
    batch = next(iter(Pairs(split, tokenizer, both_orders=True).batches(4)))
    given, turned = batch["input_ids"].unflatten(0, (ORDERS, 4))
    for row in range(4):
        one, two = split[row]["sentence1"], split[row]["sentence2"]
        assert (
            given[row].tolist()[: len(tokenizer(one, two)["input_ids"])] == tokenizer(one, two)["input_ids"]
        )
        assert (
            turned[row].tolist()[: len(tokenizer(two, one)["input_ids"])] == tokenizer(two, one)["input_ids"]
        )
    assert batch["labels"].tolist() == split["label"][:4] * ORDERS


def test_the_mean_of_both_orders_does_not_depend_on_the_order(
    split: Dataset, tokenizer: PreTrainedTokenizerBase
) -> None:
    """With one order it does: then the mean is not the same by chance."""
    set_seed(0)
    model = checkpoint()
    run = Run(steps=20, learning_rate=1e-3)
    fine_tune(model, Pairs(split, tokenizer, both_orders=False).batches(run.batch_size, seed=0), run)
    turned = split.rename_columns({"sentence1": "sentence2", "sentence2": "sentence1"})

    def scores(pairs: Dataset, both_orders: bool) -> tuple[float, float]:
        read = Pairs(pairs, tokenizer, both_orders)
        return evaluate(model, read.batches(16), len(read.orders))

    assert scores(split, both_orders=True) == scores(turned, both_orders=True)
    assert scores(split, both_orders=False) != scores(turned, both_orders=False)


def test_a_batch_is_seeded(split: Dataset, tokenizer: PreTrainedTokenizerBase) -> None:
    pairs = Pairs(split, tokenizer, both_orders=False)
    first, same, other = (next(iter(pairs.batches(8, seed)))["input_ids"] for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert first.shape != other.shape or not torch.equal(first, other)


@pytest.mark.parametrize("frozen", [False, True])
def test_frozen_embeddings_stay_and_the_rest_moves(
    split: Dataset, tokenizer: PreTrainedTokenizerBase, frozen: bool
) -> None:
    model = checkpoint()
    before = {name: weights.clone() for name, weights in model.named_parameters()}
    run = Run(steps=3, learning_rate=1e-3, freeze_embeddings=frozen)
    fine_tune(model, Pairs(split, tokenizer, both_orders=False).batches(run.batch_size, seed=0), run)
    moved = {name for name, weights in model.named_parameters() if not torch.equal(weights, before[name])}
    assert any(".encoder." in name for name in moved)
    assert any(".embeddings." in name for name in moved) is not frozen


def test_weighted_paraphrases_are_said_more_often(split: Dataset, tokenizer: PreTrainedTokenizerBase) -> None:
    pairs = Pairs(split, tokenizer, both_orders=False)
    margins = []
    for weight in (0.1, 10.0):
        set_seed(0)
        model = checkpoint()
        run = Run(steps=20, learning_rate=1e-3, paraphrase_weight=weight)
        fine_tune(model, pairs.batches(run.batch_size, seed=0), run)
        batch = next(iter(pairs.batches(FEW)))
        with torch.inference_mode():
            logits = model.eval()(**batch).logits
        margins.append((logits[:, 1] - logits[:, 0]).mean().item())
    assert margins[0] < 0 < margins[1]
