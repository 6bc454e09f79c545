"""A typed answer, held against a question's key points.

A point is hit when one of its phrasings is found: its words within reach of each other, in any order,
inflected or misspelt, and asserted as the phrasing asserts them: "does not accumulate" is no "accumulate".
The grade is a suggestion; the person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from .words import Sentence, Word, sentences, stem

#: How many words may stand between those of a phrasing, besides the small ones.
SLACK = 3
#: The share of a long phrasing's words that must be there; short phrasings need all.
ENOUGH = 0.75


@dataclass(frozen=True)
class PointResult:
    """One key point: whether the answer named it, and where (`span`, offsets into the answer's text)."""

    point: str
    hit: bool
    span: tuple[int, int] | None = None
    phrasing: str | None = None


@dataclass(frozen=True)
class Grade:
    """What an answer named and missed. `suggested` is a rating from 1 to 4, None without key points."""

    points: tuple[PointResult, ...]
    hints: int
    suggested: int | None

    @property
    def hits(self) -> tuple[PointResult, ...]:
        return tuple(point for point in self.points if point.hit)

    @property
    def misses(self) -> tuple[PointResult, ...]:
        return tuple(point for point in self.points if not point.hit)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where to mark the answer: the hits' places in order, overlapping ones joined."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(point.span for point in self.points if point.span):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


@dataclass(frozen=True)
class Phrase:
    """A phrasing, ready to be looked for."""

    text: str
    words: tuple[Word, ...]
    negated: bool


def grade(answer: str, key_points: Sequence[Any], hints: int = 0) -> Grade:
    """Hold `answer` against `key_points` (each with `.point`, `.any`, and maybe `.none`, which rules it out).

    `hints` is how many key points were opened before answering; each counts as one not named.
    """
    read = [s for s in sentences(answer) if not (s.question or s.is_keyword_list)]
    phrases = [([point.point, *point.any], list(getattr(point, "none", ()) or ())) for point in key_points]
    known = frozenset(
        word.stem for some, none in phrases for text in some + none for word in _phrase(text).words
    )
    results = tuple(
        _point(point.point, some, none, read, known)
        for point, (some, none) in zip(key_points, phrases, strict=True)
    )
    return Grade(results, hints, suggest(sum(r.hit for r in results), len(results), hints))


def suggest(hits: int, total: int, hints: int = 0) -> int | None:
    """A rating from the share of points named without a hint: all 4, most 3, a third 2, else 1."""
    if not total:
        return None
    share = max(0, hits - hints) / total
    if share >= 1:
        return 4
    return 3 if share >= 0.6 else 2 if share >= 0.3 else 1


def _point(
    point: str, some: list[str], none: list[str], read: list[Sentence], known: frozenset[str]
) -> PointResult:
    if any(_find(_phrase(text), sentence, known) for text in none for sentence in read):
        return PointResult(point, False)
    for text in some:
        phrase = _phrase(text)
        for sentence in read:
            if span := _find(phrase, sentence, known):
                return PointResult(point, True, span, text)
    return PointResult(point, False)


@lru_cache(maxsize=4096)
def _phrase(text: str) -> Phrase:
    found = sentences(text)
    words = tuple(word for sentence in found for word in sentence.words)
    cues = {negation.start for sentence in found for negation in sentence.negations}
    kept = tuple(word for word in words if not word.empty and word.start not in cues)
    return Phrase(text, kept or words, bool(cues))


def _find(phrase: Phrase, sentence: Sentence, known: frozenset[str]) -> tuple[int, int] | None:
    """The closest place in a sentence where the phrase's words meet and are asserted alike, or None."""
    places = _places(phrase.words, sentence.words, known)
    wanted = len(phrase.words)
    needed = wanted if wanted <= 3 else max(3, round(wanted * ENOUGH))
    for first, last, matched in _windows(places, sentence.words, needed, wanted):
        words = [sentence.words[i] for i in matched]
        governing = [
            negation
            for negation in sentence.negations
            if any(word.unit in negation.units and not word.light for word in words)
        ]
        if bool(governing) == phrase.negated:
            start = min([sentence.words[first].start, *(n.start for n in governing)])
            return start, sentence.words[last].end
    return None


def _places(phrase: Sequence[Word], words: Sequence[Word], known: frozenset[str]) -> list[tuple[int, int]]:
    """Which word of the answer is which of the phrase: pairs of (index in it, index in the phrase)."""
    found = {
        (i, p) for i, word in enumerate(words) for p, part in enumerate(phrase) if _same(word, part, known)
    }
    for p, (part, after) in enumerate(pairwise(phrase)):  # "zero grad" for "zerograd"
        joined = part.text + after.text
        found |= {(i, q) for i, word in enumerate(words) for q in (p, p + 1) if word.text == joined}
    for i, (word, after) in enumerate(pairwise(words)):  # "over fitting" for "overfitting"
        joined = word.text + after.text
        for p, part in enumerate(phrase):
            if joined == part.text or stem(joined) == part.stem:
                found |= {(i, p), (i + 1, p)}
    return sorted(found)


def _same(word: Word, part: Word, known: frozenset[str]) -> bool:
    if word.stem == part.stem or word.text == part.text:
        return True
    if word.stem in known or word.light or part.light:
        return False
    return _slip(word.stem, part.stem) or _slip(word.text, part.text)


@lru_cache(maxsize=50_000)
def _slip(found: str, meant: str) -> bool:
    """Whether one is a misspelling of the other: one edit in five letters or more, two in eight or more."""
    from rapidfuzz.distance import OSA

    length = max(len(found), len(meant))
    if length < 5 or found[:1] != meant[:1] or not (found.isalpha() and meant.isalpha()):
        return False
    allowed = 1 if length < 8 else 2
    return OSA.distance(found, meant, score_cutoff=allowed) <= allowed


def _windows(
    places: list[tuple[int, int]], words: Sequence[Word], needed: int, wanted: int
) -> list[tuple[int, int, list[int]]]:
    """Stretches of the answer that hold enough of the phrase, shortest first, with the matched indices."""
    found = []
    for begin in range(len(places)):
        parts: set[int] = set()
        matched: list[int] = []
        for index, part in places[begin:]:
            if part in parts:
                continue
            between = {w.unit for w in words[places[begin][0] : index + 1] if not w.light}
            if len(between) > wanted + SLACK:
                break
            parts.add(part)
            matched.append(index)
            if len(parts) == wanted or (len(parts) >= needed and index == places[-1][0]):
                break
        if len(parts) >= needed and matched:
            found.append((places[begin][0], max(matched), matched))
    return sorted(found, key=lambda window: (window[1] - window[0], window[0]))
