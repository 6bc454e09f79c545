"""The student's WordPiece vocabulary: the most useful pieces of bert-base-uncased's, in the same order.

Every special token and single character stays, so that any text can be spelled; the rest is chosen by how
often a piece occurs in the pre-training text, with bert-base-uncased's own order (about by frequency) as the
second voice.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from transformers import BertTokenizerFast, PreTrainedTokenizerFast

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MAX_LENGTH = 128


def choose_pieces(teacher: PreTrainedTokenizerFast, sentences: Iterable[str], size: int) -> list[str]:
    """`size` pieces of the teacher's vocabulary: specials, ASCII characters, then the best ranked.

    Args:
        teacher: the tokenizer whose pieces are chosen from.
        sentences: the text whose pieces are counted.
        size: how many pieces to keep.
    """
    order = sorted(teacher.get_vocab().items(), key=lambda item: item[1])
    pieces = [piece for piece, _ in order if not piece.startswith("[unused")]
    counts: Counter[int] = Counter()
    for ids in teacher(list(sentences), add_special_tokens=False)["input_ids"]:
        counts.update(ids)
    ids = teacher.get_vocab()
    forced = [p for p in pieces if p in SPECIALS or (len(p.removeprefix("##")) == 1 and p.isascii())]
    seen = {p: rank for rank, (p, _) in enumerate(sorted(order, key=lambda item: -counts[item[1]]))}

    def rank(piece: str) -> float:
        return 0.5 * math.log(ids[piece]) + 0.5 * math.log(1 + seen[piece])

    others = sorted((p for p in pieces if p not in set(forced) and p.isascii()), key=rank)
    chosen = {*forced, *others[: size - len(forced)]}
    return [*SPECIALS, *(p for p in pieces if p in chosen and p not in SPECIALS)]


def save_tokenizer(pieces: list[str], folder: Path) -> PreTrainedTokenizerFast:
    """The student's tokenizer, written to `folder` (tokenizer.json and tokenizer_config.json)."""
    tokenizer = BertTokenizerFast(
        vocab={piece: index for index, piece in enumerate(pieces)},
        do_lower_case=True,
        model_max_length=MAX_LENGTH,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer
