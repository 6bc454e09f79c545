"""How alike two texts are, by a static table of word vectors: no network, no model, nothing at start-up.

The table was made by `tools/word_vectors.py`; `vectors-LICENSE.txt` says from what. Where numpy or the table is
missing nothing is alike, and the grader goes by its phrasings alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TABLE = Path(__file__).with_name("vectors.npz")
