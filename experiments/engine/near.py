"""The name that was meant: what a misspelt one is nearest to."""

from collections.abc import Iterable

NEAR = 60
"""How alike, of 100, a name has to be to be offered."""


def closest(name: str, known: Iterable[str], near: float = NEAR) -> str | None:
    """The nearest of the known names; None where none is near."""
    from rapidfuzz import fuzz, process

    close = process.extractOne(name[:200], list(known), scorer=fuzz.ratio, score_cutoff=near)
    return close[0] if close else None


def nearest(name: str, known: Iterable[str], near: float = NEAR) -> str | None:
    """`did you mean 'X'?` for the nearest of the known names; None where none is near."""
    close = closest(name, known, near)
    return f"did you mean {close!r}?" if close else None
