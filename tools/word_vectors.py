"""Makes the grader's table of word vectors: `python tools/word_vectors.py MODEL`.

MODEL is a folder with all-MiniLM-L6-v2 (Apache 2.0): `model.safetensors`, `config.json`, `tokenizer.json`.
Each word of its vocabulary, and each of the bank, is read alone; its vector is projected to the main
directions of all of them, weighted by the word's rarity, and stored as 8-bit whole numbers. The same input
gives the same file.
"""

import re
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from app.answers.vectors import TABLE
from app.bank import OWN

DIMENSIONS = 96
WORD = re.compile(r"[a-z]{2,}")


def words(tokenizer: AutoTokenizer) -> list[str]:
    """The vocabulary's whole words, the most frequent first, then the bank's that it lacks."""
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    known = [piece for piece, _ in pieces if WORD.fullmatch(piece)]
    text = " ".join(file.read_text(encoding="utf-8").lower() for file in sorted(OWN.glob("*.yaml")))
    return known + sorted(set(WORD.findall(text)) - set(known))


@torch.no_grad()
def encode(model: torch.nn.Module, tokenizer: AutoTokenizer, listed: list[str]) -> np.ndarray:
    """Mean-pooled vectors, of shape (words, 384)."""
    rows = []
    for start in range(0, len(listed), 512):
        batch = tokenizer(listed[start : start + 512], padding=True, return_tensors="pt")
        hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        rows.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
    return np.concatenate(rows)


def project(vectors: np.ndarray) -> np.ndarray:
    """The rows on the main directions, less the common one, weighted by rarity: the rank stands for it."""
    centred = vectors - vectors.mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    weights = np.log(2 + np.arange(len(vectors)))[:, None]
    return centred @ directions[:DIMENSIONS].T * weights


def main(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    listed = words(tokenizer)
    table = project(encode(AutoModel.from_pretrained(folder).eval(), tokenizer, listed))
    scale = np.abs(table).max() / 127
    np.savez_compressed(
        TABLE, vectors=np.round(table / scale).astype(np.int8), words=np.array("\n".join(listed))
    )
    print(f"{len(listed)} words of {DIMENSIONS} numbers, {TABLE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
