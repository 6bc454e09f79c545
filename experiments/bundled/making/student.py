"""The small BERT: its shape, how its weights begin, and the heads it is pre-trained with."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoModel, BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

HIDDEN = 128


def configuration(vocab_size: int) -> BertConfig:
    """Two layers of 128, two heads, 128 positions."""
    return BertConfig(
        vocab_size=vocab_size,
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=128,
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
    return model


class PairHeads(nn.Module):
    """What stands on the encoder during pre-training only: coverage of each piece, likeness of the pair."""

    def __init__(self, layers: int, features: int) -> None:
        super().__init__()
        self.words = nn.Linear(HIDDEN, layers)
        self.pair = nn.Linear(HIDDEN, features)

    def forward(self, states: Tensor, pooled: Tensor) -> tuple[Tensor, Tensor]:
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
