"""Pre-training: the small BERT learns, reading two sentences at once, what the teacher says of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from transformers import (
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
    get_linear_schedule_with_warmup,
)

from experiments.bundled.making.student import PairHeads

IGNORED = -9.0


@dataclass(frozen=True)
class Recipe:
    """The numbers of a pre-training run."""

    steps: int = 9000
    batch_size: int = 64
    learning_rate: float = 2e-3
    warmup: float = 0.05
    weight_decay: float = 0.01
    pair_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Pair:
    """Two tokenised sentences: ids (pieces,), coverage (pieces, layers), and the pair's features."""

    ids: tuple[Tensor, Tensor]
    coverage: tuple[Tensor, Tensor]
    features: tuple[Tensor, Tensor]


def summary(one: Tensor, two: Tensor, cosine: Tensor) -> Tensor:
    """The pair's features: cosine, mean coverage of each sentence, mean of the three worst words of each."""
    worst = [side.sort(0).values[:3].mean(0) for side in (one, two)]
    return torch.cat([cosine.view(1), one.mean(0), two.mean(0), *worst])


def read_pairs(chunks: list[Path], tokenizer: PreTrainedTokenizerFast) -> list[Pair]:
    """All pairs of the chunks, tokenised for the student."""
    pairs = []
    for path in chunks:
        chunk = torch.load(path)
        coded = tokenizer(chunk["texts"], add_special_tokens=False, truncation=True, max_length=62)
        ids = [torch.tensor(row, dtype=torch.int16) for row in coded["input_ids"]]
        words = [torch.tensor(coded.word_ids(i)) for i in range(len(ids))]
        for (i, j), cosine, (one, two) in zip(
            chunk["pairs"].tolist(), chunk["cosine"], chunk["coverage"], strict=True
        ):
            if int(words[i].max()) >= len(one) or int(words[j].max()) >= len(two):
                continue
            ahead, behind = one.float(), two.float()
            pairs.append(
                Pair(
                    (ids[i], ids[j]),
                    (one[words[i]], two[words[j]]),
                    (summary(ahead, behind, cosine), summary(behind, ahead, cosine)),
                )
            )
    return pairs


def batches(pairs: list[Pair], size: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Endless shuffled batches, each of pairs of like length."""
    while True:
        rng.shuffle(pairs)
        for start in range(0, len(pairs) - size, 50 * size):
            pool = sorted(
                pairs[start : start + 50 * size], key=lambda pair: len(pair.ids[0]) + len(pair.ids[1])
            )
            groups = [pool[i : i + size] for i in range(0, len(pool) - size + 1, size)]
            rng.shuffle(groups)
            yield from groups


def collate(pairs: list[Pair], tokenizer: PreTrainedTokenizerFast, rng: random.Random) -> dict[str, Tensor]:
    """A batch with the order of each pair's sentences drawn anew."""
    rows = []
    cls, sep = torch.tensor([tokenizer.cls_token_id]), torch.tensor([tokenizer.sep_token_id])
    for pair in pairs:
        a, b = (0, 1) if rng.random() < 0.5 else (1, 0)
        blank = torch.full((1, pair.coverage[0].shape[1]), IGNORED)
        rows.append(
            (
                torch.cat([cls, pair.ids[a], sep, pair.ids[b], sep]),
                torch.cat([torch.zeros(len(pair.ids[a]) + 2), torch.ones(len(pair.ids[b]) + 1)]).long(),
                torch.cat([blank, pair.coverage[a].float(), blank, pair.coverage[b].float(), blank]),
                pair.features[a],
            )
        )
    ids, segments, coverage, features = zip(*rows, strict=True)
    pad = torch.nn.utils.rnn.pad_sequence
    input_ids = pad(list(ids), batch_first=True, padding_value=tokenizer.pad_token_id).long()
    return {
        "input_ids": input_ids,
        "token_type_ids": pad(list(segments), batch_first=True),
        "attention_mask": (input_ids != tokenizer.pad_token_id).long(),
        "coverage": pad(list(coverage), batch_first=True, padding_value=IGNORED),
        "features": torch.stack(list(features)),
    }


def pretrain(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    pairs: list[Pair],
    recipe: Recipe,
) -> None:
    """Trains the encoder and the pooler of `model` in place; the classifier is left as it was."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    sample = torch.stack([pair.features[0] for pair in pairs[:5000]])
    mean, spread = sample.mean(0), sample.std(0)
    heads = PairHeads(pairs[0].coverage[0].shape[1], len(mean))
    parameters = [*model.bert.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(
        parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True, betas=(0.9, 0.98)
    )
    schedule = get_linear_schedule_with_warmup(optimizer, int(recipe.warmup * recipe.steps), recipe.steps)
    model.train()
    started, losses = time.monotonic(), (0.0, 0.0)
    for step, group in zip(range(1, recipe.steps + 1), batches(pairs, recipe.batch_size, rng), strict=False):
        batch = collate(group, tokenizer, rng)
        coverage, features = batch.pop("coverage"), batch.pop("features")
        output = model.bert(**batch)
        said, likeness = heads(output.last_hidden_state, output.pooler_output)
        known = coverage > IGNORED
        word_loss = functional.mse_loss(said[known], coverage[known]) / 0.05
        pair_loss = functional.mse_loss(likeness, (features - mean) / spread)
        (word_loss + recipe.pair_weight * pair_loss).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses = tuple(
            0.98 * a + 0.02 * float(b) for a, b in zip(losses, (word_loss, pair_loss), strict=True)
        )
        if step % 100 == 0:
            pace = (time.monotonic() - started) / step
            print(
                f"step {step}/{recipe.steps}  words {losses[0]:.4f}  pairs {losses[1]:.4f}  "
                f"{(recipe.steps - step) * pace / 60:.1f} minutes left",
                flush=True,
            )
