"""Words by their stems."""

import re
from functools import cache, lru_cache

from .lexicon import NUMBERS


@cache
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a lower-case word, British and American spelling alike; numbers in figures."""
    if word in NUMBERS:
        return NUMBERS[word]
    if len(word) > 5:
        word = re.sub(r"is(e|es|ed|ing|ation|ations|er|ers)$", r"iz\1", word)
    return str(_stemmer().stemWord(word))  # type: ignore[attr-defined]
