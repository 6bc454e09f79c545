"""What can be read off a pair's text: how many of one sentence's words, numbers and names the other has."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+(?:[-'.,]\w+)*")


def _kinds(sentence: str) -> tuple[list[str], list[str], list[str]]:
    words = WORD.findall(sentence)
    numbers = [word for word in words if word[0].isdigit()]
    names = [word.lower() for word in words[1:] if word[0].isupper()]
    return [word.lower() for word in words], numbers, names


def surface(one: str, two: str) -> list[float]:
    """Shares of one's words, numbers and names in two, then of two's in one; 1.0 where there are none."""
    kinds = list(zip(_kinds(one), _kinds(two), strict=True))
    return [_share(a, b) for a, b in kinds] + [_share(b, a) for a, b in kinds]


def _share(these: list[str], those: list[str]) -> float:
    return sum(word in those for word in these) / len(these) if these else 1.0
