"""What an answer only resembles: the points to ask about, and the trap that a wrong claim is.

Likeness is by word vectors, which do not hear a denial. So it is always relative to the question's other
points, never against opposites that were read, and never credits anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from .matching import Span, find, phrase
from .words import Sentence, sentences

if TYPE_CHECKING:
    from .vectors import Matrix

#: How much of the likeness to another point is held against this one, and what must be left.
RIVAL, ENOUGH = 0.7, 0.2
#: How like a trap a wrong claim must be to be called by it, and what it counts that they are of one point.
TRAP_ENOUGH, OF_ONE_POINT = 0.8, 0.15
#: How much of the likeness to what is true is held against a trap, and what must be left.
TRUE, ASSERTED = 0.3, 0.66
#: The share of a trap's words that must be there besides.
SHARED = 0.7
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
    answer: str,
    read: Sequence[Sentence],
    claims: Sequence[Claims],
    missed: Sequence[int],
    named: Sequence[Span],
) -> Iterator[tuple[int, Span]]:
    """The missed points that a stretch of the answer resembles more than it does the others, with its place.

    What has `named` a point already is not counted again.
    """
    left = _blanked(answer, named)
    spans = [
        span for sentence in read for span in _stretches(answer, sentence) if _says_much(left[slice(*span)])
    ]
    if not (spans and missed):
        return
    from .vectors import likeness

    texts = [left[slice(*span)] for span in spans]
    by_point = [likeness(texts, (claim.point, *claim.some)).max(1) for claim in claims]
    for index in missed:
        rivals = [row for other, row in enumerate(by_point) if other != index]
        scores = by_point[index] - (RIVAL * _best(rivals) if rivals else RIVAL / 2)
        for at in sorted(range(len(spans)), key=lambda at: -scores[at]):
            if scores[at] < ENOUGH:
                break
            if not _contradicts(texts[at], claims[index].point):
                yield index, spans[at]
                break


def _blanked(answer: str, spans: Sequence[Span]) -> str:
    for start, end in spans:
        answer = answer[:start] + " " * (end - start) + answer[end:]
    return answer


def _says_much(text: str) -> bool:
    return sum(not word.light for sentence in sentences(text) for word in sentence.words) >= MIN_WORDS


def trap_of(text: str, said: str, claim: Claims, traps: Sequence[str], known: frozenset[str]) -> str | None:
    """The trap that makes the wrong claim `text` of a point, put as `said` in the answer; None for none."""
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
        if _contradicts(said, trap):
            scores[at] = 0
    best = int(scores.argmax())
    return traps[best] if scores[best] >= TRAP_ENOUGH else None


def asserted(
    answer: str,
    read: Sequence[Sentence],
    claims: Sequence[Claims],
    traps: Sequence[str],
    known: frozenset[str],
) -> Iterator[tuple[str, Span, str]]:
    """The traps that a stretch of the answer resembles and does not deny: (trap, where, what is true)."""
    spans = [span for sentence in read for span in _stretches(answer, sentence)]
    if not (spans and traps and claims):
        return
    from .vectors import likeness

    texts = [answer[slice(*span)] for span in spans]
    true = _best(likeness(texts, (claim.point, *claim.some)).max(1) for claim in claims)
    for trap in traps:
        wordings = [trap, *(text for claim in claims for text in claim.none if _claims(trap, text, known))]
        scores = likeness(texts, wordings) - TRUE * true[:, None]
        order = sorted(
            ((scores[a, b], a, b) for a in range(len(texts)) for b in range(len(wordings))), reverse=True
        )
        for score, at, wording in order:
            if score < ASSERTED:
                break
            if _says(texts[at], wordings[wording]):
                yield trap, spans[at], _truth(trap, claims, known)
                break


def _says(text: str, claim: str) -> bool:
    """Whether a text has most of the claim's words, on the same sides, and denies as it does."""
    if _contradicts(text, claim) or _denials(text) != _denials(claim):
        return False
    return _shared(text, claim) >= SHARED


def _truth(trap: str, claims: Sequence[Claims], known: frozenset[str]) -> str:
    """The point that a trap contradicts: the one whose `none` it claims, else the one it is most like."""
    from .vectors import likeness

    for claim in claims:
        if any(_claims(trap, text, known) for text in claim.none):
            return claim.point
    points = [claim.point for claim in claims]
    return points[int(likeness([trap], points)[0].argmax())]


def _best(rows: Iterable[Matrix]) -> Matrix:
    import numpy as np

    return np.max(list(rows), axis=0)


@lru_cache(maxsize=16_384)
def _claims(trap: str, text: str, known: frozenset[str]) -> bool:
    return any(find(phrase(text), sentence, known, whole=True) for sentence in sentences(trap))


def _stretches(answer: str, sentence: Sentence) -> Iterator[Span]:
    """A sentence, its clauses, and each two neighbouring clauses."""
    start, end = sentence.words[0].start, sentence.words[-1].end
    marks = list(_CLAUSE.finditer(answer, start, end))
    begins = [start, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), end]
    parts = (_trimmed(answer, *part) for part in zip(begins, ends, strict=True))
    clauses = [(a, b) for a, b in parts if len(answer[a:b].split()) >= MIN_WORDS]
    whole = (start, end)
    yield whole
    yield from (span for span in clauses if span != whole)
    for (first, _), (_, last) in pairwise(clauses):
        if (first, last) != whole:
            yield first, last


def _trimmed(answer: str, start: int, end: int) -> Span:
    part = answer[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


@lru_cache(maxsize=16_384)
def _shared(text: str, claim: str) -> float:
    """The share of a claim's words with meaning that are in a text."""
    read = {word.concept for sentence in sentences(text) for word in sentence.words}
    wanted = {word.concept for word in phrase(claim).words}
    return len(wanted & read) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=16_384)
def _sides(text: str) -> frozenset[tuple[str, int]]:
    return frozenset((w.concept, w.sign) for sentence in sentences(text) for w in sentence.words if w.sign)


@lru_cache(maxsize=16_384)
def _denials(text: str) -> bool:
    """Whether a text denies, once double denials and those that turn an opposite are left out."""
    return sum(n.flips is None for sentence in sentences(text) for n in sentence.negations) % 2 == 1


def _contradicts(text: str, claim: str) -> bool:
    """Whether a text is on the other side of an opposite that is in the claim."""
    read = _sides(text)
    return any((concept, -sign) in read and (concept, sign) not in read for concept, sign in _sides(claim))
