"""What the teacher says of a pair: how alike the sentences are, and how well the other one covers each word.

The teacher reads every sentence by itself (it is a sentence encoder), so a chunk of sentences is encoded once
and any two of its sentences make a pair. Targets are kept by word, not by piece, and so serve any vocabulary.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from tools.making.edits import Editor

WORD_LAYERS = (3, 6)
NEIGHBOURS = 4


@dataclass(frozen=True)
class Encoded:
    """A sentence as the teacher sees it.

    Attributes:
        sentence: unit vector, (hidden,).
        words: mean-centred unit vectors, (layers, words, hidden), one layer for each of WORD_LAYERS.
    """

    sentence: Tensor
    words: Tensor


class Teacher:
    """all-MiniLM-L6-v2 (or another sentence encoder with hidden states and a fast tokenizer)."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder).eval()
        self.centre = torch.zeros(len(WORD_LAYERS), 1, self.model.config.hidden_size)

    def fit_centre(self, sentences: list[str]) -> None:
        """Takes the mean over the words of `sentences` as what is common to all words of a layer."""
        raw = [words for _, words in self._encode(sentences, 64).values()]
        self.centre = torch.cat(raw, dim=1).float().mean(1, keepdim=True)

    def encode(self, sentences: list[str], batch_size: int = 64) -> list[Encoded]:
        """The sentences in their order; batches are of like length, so that little is padding."""
        raw = self._encode(sentences, batch_size)
        unit = torch.nn.functional.normalize
        return [
            Encoded(raw[i][0], unit(raw[i][1].float() - self.centre, dim=-1).half()) for i in range(len(raw))
        ]

    @torch.inference_mode()
    def _encode(self, sentences: list[str], batch_size: int) -> dict[int, tuple[Tensor, Tensor]]:
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
        raw: dict[int, tuple[Tensor, Tensor]] = {}
        for start in range(0, len(order), batch_size):
            indices = order[start : start + batch_size]
            raw.update(zip(indices, self._batch([sentences[index] for index in indices]), strict=True))
        return raw

    def _batch(self, sentences: list[str]) -> Iterator[tuple[Tensor, Tensor]]:
        batch = self.tokenizer(sentences, padding=True, truncation=True, max_length=128, return_tensors="pt")
        states = self.model(**batch, output_hidden_states=True).hidden_states
        layers = torch.stack([states[layer] for layer in WORD_LAYERS])
        mask = batch["attention_mask"].unsqueeze(-1)
        pooled = (states[-1] * mask).sum(1) / mask.sum(1)
        for row in range(len(sentences)):
            yield (
                torch.nn.functional.normalize(pooled[row], dim=-1),
                mean_by_word(layers[:, row], batch.word_ids(row)).half(),
            )


def mean_by_word(pieces: Tensor, word_ids: list[int | None]) -> Tensor:
    """The mean of each word's pieces: (layers, pieces, hidden) to (layers, words, hidden)."""
    places = torch.tensor([-1 if word is None else word for word in word_ids])
    inside = places >= 0
    count = int(places.max()) + 1
    sums = pieces.new_zeros(pieces.shape[0], count, pieces.shape[2])
    sums.index_add_(1, places[inside], pieces[:, inside])
    return sums / torch.bincount(places[inside], minlength=count).clamp(min=1).view(1, -1, 1)


def coverage(one: Encoded, two: Encoded) -> tuple[Tensor, Tensor]:
    """For each word its greatest cosine with a word of the other sentence: two tensors of (words, layers)."""
    cosines = one.words.float() @ two.words.float().transpose(1, 2)
    return cosines.amax(2).T.half(), cosines.amax(1).T.half()


def make_chunk(teacher: Teacher, editor: Editor, bases: list[str], rng: random.Random) -> dict:
    """Pairs with their targets: each base with an edit of it, two edits of it, the base with a neighbour.

    Returns:
        `texts`; `pairs` (pairs, 2), indices into texts; `cosine` (pairs,); and `coverage`, a list of two
        tensors of (words, layers) a pair.
    """
    lenders = rng.sample(bases, len(bases))
    texts = [*bases]
    for _ in range(2):
        texts += [editor.edit(base, other) for base, other in zip(bases, lenders, strict=True)]
    encoded = teacher.encode(texts)
    count = len(bases)
    vectors = torch.stack([item.sentence for item in encoded])
    likeness = vectors[:count] @ vectors[:count].T
    likeness.fill_diagonal_(-1)
    near = likeness.topk(NEIGHBOURS, dim=1).indices
    pairs = []
    for i in range(count):
        neighbour = int(near[i, rng.randrange(NEIGHBOURS)])
        pairs += [(i, count + i), (count + i, 2 * count + i), (i, neighbour)]
    return {
        "texts": texts,
        "pairs": torch.tensor(pairs),
        "cosine": torch.tensor([float(vectors[i] @ vectors[j]) for i, j in pairs]),
        "coverage": [coverage(encoded[i], encoded[j]) for i, j in pairs],
    }
