"""The small BERT: its shape, how its weights begin, and the heads it is pre-trained with."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoModel, BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

HIDDEN = 128
MATCHING = 0.8


def configuration(vocab_size: int) -> BertConfig:
    """Two layers of 128, two heads, 128 positions; dropout before the classifier only.

    A model this small has nothing to spare: with dropout between its layers too, a hundred steps of tuning
    stay at the majority class.
    """
    return BertConfig(
        vocab_size=vocab_size,
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        classifier_dropout=0.1,
        architectures=["BertForSequenceClassification"],
    )


@torch.inference_mode()
def piece_vectors(teacher: nn.Module, ids: Tensor) -> Tensor:
    """The first `HIDDEN` principal components of the teacher's own embeddings of `ids`, (ids, HIDDEN)."""
    vectors = teacher.embeddings.word_embeddings.weight[ids].float()
    vectors = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(vectors, full_matrices=False)
    return vectors @ components[:HIDDEN].T


def new_student(
    tokenizer: PreTrainedTokenizerFast, teacher_folder: str, teacher_vocab: dict[str, int]
) -> BertForSequenceClassification:
    """A BERT with random layers whose word embeddings are the teacher's, reduced by PCA to its width."""
    model = BertForSequenceClassification(configuration(len(tokenizer)))
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    ids = torch.tensor([teacher_vocab[piece] for piece, _ in pieces])
    vectors = piece_vectors(AutoModel.from_pretrained(teacher_folder), ids)
    embeddings = model.bert.embeddings.word_embeddings.weight
    with torch.no_grad():
        embeddings.copy_(vectors * (0.05 / vectors.std()))
        embeddings[tokenizer.pad_token_id] = 0
        attend_to_the_like(model)
    return model


def attend_to_the_like(model: BertForSequenceClassification) -> None:
    """Begins the first layer with like queries and keys, so that a piece looks at its like from the start.

    Finding the same word in the other sentence is what takes a small model longest to discover: begun at
    random, the loss hardly moves for the first several hundred steps.
    """
    attention = model.bert.encoder.layer[0].attention.self
    for projection in (attention.query, attention.key):
        projection.weight += MATCHING * torch.eye(HIDDEN)


class PairHeads(nn.Module):
    """What stands on the encoder during pre-training only: coverage of each piece, features of the pair.

    The weights over the pooler are small and fixed, like those of a new classifier. So the pooler has to make
    large what they read, and a classifier that begins anew finds it within a few steps.
    """

    SMALL = 0.4

    def __init__(self, layers: int, features: int) -> None:
        super().__init__()
        self.words = nn.Linear(HIDDEN, layers)
        self.pair = nn.Linear(HIDDEN, features)
        nn.init.orthogonal_(self.pair.weight, gain=self.SMALL)
        self.pair.weight.requires_grad_(False)

    def forward(self, states: Tensor, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, pieces, layers) from the states, (batch, features) from the pooler's output."""
        return self.words(states), self.pair(pooled)


def save(model: BertForSequenceClassification, folder: Path) -> None:
    """Writes the encoder and the pooler in half precision; a classifier is for fine-tuning to begin anew.

    config.json says float32, or transformers would load, and train, in half precision.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.config.dtype = torch.float32
    model.config.save_pretrained(folder)
    weights = {f"bert.{name}": value.half().contiguous() for name, value in model.bert.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
