"""What an answer only resembles: the points to ask about, and the trap that a wrong claim is.

Likeness is by word vectors, which do not hear a denial. So it is always relative to the question's other points,
never against opposites that were read, and never credits anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .matching import Span, find, phrase
from .words import Sentence, sentences

#: How much of the likeness to another point is held against this one, and what must be left.
RIVAL, ENOUGH = 0.7, 0.24
#: How like a trap a wrong claim must be to be called by it, and what it counts that they are of one point.
TRAP_ENOUGH, OF_ONE_POINT = 0.7, 0.15
#: Fewer words say too little to resemble anything.
MIN_WORDS = 2

_CLAUSE = re.compile(r"[,:()–—]|[-=]+>|\s/\s|\n|\b(?:but|because|so|whereas|while|and|which)\b")


@dataclass(frozen=True)
class Claims:
    """A key point's sentence, the phrasings that name it, and those that contradict it."""

    point: str
    some: tuple[str, ...]
    none: tuple[str, ...]


def resembling(
    answer: str, read: Sequence[Sentence], claims: Sequence[Claims], missed: Sequence[int]
) -> Iterator[tuple[int, Span]]:
    """The missed points that some stretch of the answer resembles more than it does the others, with its place."""
    spans = [span for sentence in read for span in _stretches(answer, sentence)]
    if not (spans and missed):
        return
    from .vectors import likeness

    texts = [answer[slice(*span)] for span in spans]
    by_point = [likeness(texts, (claim.point, *claim.some)).max(1) for claim in claims]
    for index in missed:
        rivals = [row for other, row in enumerate(by_point) if other != index]
        scores = by_point[index] - (RIVAL * max_of(rivals) if rivals else RIVAL * 0.5)
        for at in sorted(range(len(spans)), key=lambda at: -scores[at]):
            if scores[at] < ENOUGH:
                break
            if not _contradicts(texts[at], claims[index]):
                yield index, spans[at]
                break


def max_of(rows):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.max(rows, axis=0)


def trap_of(
    text: str, said: str, claim: Claims, traps: Sequence[str], known: frozenset[str]
) -> str | None:
    """The trap that makes the wrong claim `text` of a point, which the answer put as `said`; None for none."""
    for trap in traps:
        if _claims(trap, text, known):
            return trap
    if not traps:
        return None
    from .vectors import likeness

    scores = likeness((said, text), traps).max(0)
    for at, trap in enumerate(traps):
        if any(_claims(trap, other, known) for other in claim.none):
            scores[at] += OF_ONE_POINT
    best = int(scores.argmax())
    return traps[best] if scores[best] >= TRAP_ENOUGH else None


@lru_cache(maxsize=16_384)
def _claims(trap: str, text: str, known: frozenset[str]) -> bool:
    return any(find(phrase(text), sentence, known, whole=True) for sentence in sentences(trap))


def _stretches(answer: str, sentence: Sentence) -> Iterator[Span]:
    """A sentence, its clauses, and each two neighbouring clauses."""
    start, end = sentence.words[0].start, sentence.words[-1].end
    cuts = [start, *(start + m.start() for m in _CLAUSE.finditer(answer[start:end])), end]
    clauses = [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if len(answer[a:b].split()) >= MIN_WORDS]
    whole = (start, end)
    yield whole
    yield from (span for span in clauses if span != whole)
    for (first, _), (_, last) in zip(clauses, clauses[1:], strict=False):
        if (first, last) != whole:
            yield first, last


def _contradicts(text: str, claim: Claims) -> bool:
    """Whether the text is on the other side of an opposite that is in the point itself."""
    sides = {(w.concept, w.sign) for w in phrase(claim.point).words if w.sign}
    read = {(w.concept, w.sign) for sentence in sentences(text) for w in sentence.words if w.sign}
    return any((concept, -sign) in read and (concept, sign) not in read for concept, sign in sides)
