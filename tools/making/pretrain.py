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
)

from tools.making.student import PairHeads
from tools.making.surface import surface

IGNORED = -9.0
ALIKE = torch.tensor([0.7, 0.8, 0.88, 0.95])
COVERED = torch.tensor([0.12, 0.2, 0.32, 0.5])
WORD_SCALE = 0.05
REPORT_EVERY = 100


@dataclass(frozen=True)
class Recipe:
    """The numbers of a pre-training run.

    `embedding_rate` is the word embeddings' share of the learning rate: at the full rate they soon lose the
    likeness of synonyms that they begin with.
    """

    steps: int = 5000
    batch_size: int = 32
    learning_rate: float = 2e-3
    embedding_rate: float = 0.1
    warmup_steps: int = 150
    decay: float = 0.25
    weight_decay: float = 0.01
    pair_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Pair:
    """Two tokenised sentences: ids (pieces,), coverage (pieces, layers), and the pair's features."""

    ids: tuple[Tensor, Tensor]
    coverage: tuple[Tensor, Tensor]
    features: tuple[Tensor, Tensor]


def pair_features(one: Tensor, two: Tensor, cosine: Tensor, read: list[float]) -> Tensor:
    """What the pooler learns to say of a pair, as one vector.

    The cosine; of each sentence the mean coverage, that of its three worst words and that of its worst one;
    what the text shows; and, since what matters for paraphrases lies near the upper end, how far the cosine
    and the worst words pass several marks.
    """
    sides = [side.sort(0).values for side in (one, two)]
    worst = [side[:3].mean(0) for side in sides]
    least = torch.cat(worst).min().view(1)
    passed = [
        torch.sigmoid((value.view(1) - marks) / 0.04) for value, marks in ((cosine, ALIKE), (least, COVERED))
    ]
    return torch.cat(
        [
            cosine.view(1),
            one.mean(0),
            two.mean(0),
            *worst,
            *(side[0] for side in sides),
            torch.tensor(read),
            *passed,
        ]
    )


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
            read = surface(chunk["texts"][i], chunk["texts"][j])
            pairs.append(
                Pair(
                    (ids[i], ids[j]),
                    (one[words[i]], two[words[j]]),
                    (
                        pair_features(ahead, behind, cosine, read),
                        pair_features(behind, ahead, cosine, read[3:] + read[:3]),
                    ),
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


def rate(step: int, recipe: Recipe) -> float:
    """The share of the peak learning rate at `step`: warm-up, a plateau, a linear decay at the end."""
    left = (recipe.steps - step) / (recipe.decay * recipe.steps)
    return min(1.0, (step + 1) / recipe.warmup_steps, left)


class Pretraining:
    """A run that can be stopped and taken up again: its state is written to `state_file` now and then."""

    def __init__(
        self, model: BertForSequenceClassification, pairs: list[Pair], recipe: Recipe, state_file: Path
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.model = model.train()
        self.recipe, self.state_file = recipe, state_file
        features = torch.stack([pair.features[0] for pair in pairs[:5000]])
        self.mean, self.spread = features.mean(0), features.std(0)
        self.heads = PairHeads(pairs[0].coverage[0].shape[1], len(self.mean))
        embeddings = model.bert.embeddings.word_embeddings.weight
        everything = (*model.bert.parameters(), *self.heads.parameters())
        others = [weight for weight in everything if weight.requires_grad and weight is not embeddings]
        self.parameters = [embeddings, *others]
        self.optimizer = torch.optim.AdamW(
            [{"params": [embeddings], "share": recipe.embedding_rate}, {"params": others, "share": 1.0}],
            betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self.step = 0
        if state_file.exists():
            self._load(torch.load(state_file))

    def _load(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def save(self) -> None:
        """Writes the state, whole or not at all."""
        parts = {"model": self.model, "heads": self.heads, "optimizer": self.optimizer}
        state = {name: part.state_dict() for name, part in parts.items()} | {"step": self.step}
        partial = self.state_file.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.state_file)

    def train_on(self, batch: dict[str, Tensor]) -> tuple[float, float]:
        """One step; the losses of words and of pairs."""
        coverage, features = batch.pop("coverage"), batch.pop("features")
        output = self.model.bert(**batch)
        said, likeness = self.heads(output.last_hidden_state, output.pooler_output)
        known = coverage > IGNORED
        words = functional.mse_loss(said[known], coverage[known]) / WORD_SCALE
        pair = functional.mse_loss(likeness, (features - self.mean) / self.spread)
        (words + self.recipe.pair_weight * pair).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["share"] * self.recipe.learning_rate * rate(self.step, self.recipe)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        return words.item(), pair.item()


def pretrain(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    pairs: list[Pair],
    recipe: Recipe,
    state_file: Path,
) -> None:
    """Trains the encoder and the pooler of `model` in place; the classifier is left as it was."""
    run = Pretraining(model, pairs, recipe, state_file)
    first, started, losses = run.step, time.monotonic(), []
    rng = random.Random(recipe.seed)
    groups = batches(pairs, recipe.batch_size, rng)
    for _ in range(first):  # a run that is taken up again sees the batches that it would have seen
        next(groups)
    while run.step < recipe.steps:
        losses.append(run.train_on(collate(next(groups), tokenizer, random.Random(run.step))))
        if run.step % REPORT_EVERY == 0:
            words, pair = torch.tensor(losses).mean(0).tolist()
            pace = (time.monotonic() - started) / (run.step - first)
            left = (recipe.steps - run.step) * pace / 60
            print(
                f"  step {run.step} of {recipe.steps}: words {words:.3f}, pairs {pair:.3f}; "
                f"{left:.0f} minutes left",
                flush=True,
            )
            losses.clear()
            run.save()
