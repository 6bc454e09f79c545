"""How alike texts are, by a static table of word vectors: no network, no model, nothing at the app's start.

The table was made by `tools/word_vectors.py`; `vectors-NOTICE.txt` says from what. It hears what a
text is about and not what it says of it, so it only ever asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .concepts import SHORT
from .lexicon import FUNCTION_WORDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix: TypeAlias = NDArray[np.float32]

TABLE = Path(__file__).with_name("vectors.npz")

_WORD = re.compile(r"w/o|[a-z]+")
#: Endings that a word may lose to be found in the table.
_ENDINGS = ("s", "es", "ed", "ing", "ly", "er", "d")


@cache
def _table() -> tuple[dict[str, int], Any]:
    import numpy as np

    with np.load(TABLE) as stored:
        words = str(stored["words"]).split("\n")
        return {word: row for row, word in enumerate(words)}, stored["vectors"].astype(np.float32)


def likeness(texts: Sequence[str], others: Sequence[str]) -> Matrix:
    """Cosines, of shape (len(texts), len(others)); 0 where a text has no word of the table."""
    import numpy as np

    return np.stack([_vector(text) for text in texts]) @ np.stack([_vector(text) for text in others]).T


@lru_cache(maxsize=16_384)
def _vector(text: str) -> Any:
    import numpy as np

    _, vectors = _table()
    rows = list(_rows(text))
    total = vectors[rows].sum(0) if rows else np.zeros(vectors.shape[1], np.float32)
    length = float(np.linalg.norm(total))
    return total / length if length else total


def _rows(text: str) -> Iterator[int]:
    index, _ = _table()
    for chunk in _WORD.findall(text.lower().replace("_", " ")):
        for word in SHORT.get(chunk, chunk).split():
            if word in FUNCTION_WORDS:
                continue
            forms = (word, *(word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)))
            row = next((index[form] for form in forms if form in index), None)
            if row is not None:
                yield row
