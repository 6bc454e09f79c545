"""Where an answer makes a claim: its words within reach, in any order, asserted as the claim asserts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from .concepts import DECIDING
from .stems import stem
from .words import Sentence, Word, sentences

#: How many words may stand between those of a claim, besides the small ones; fewer where it must be whole.
SLACK, CLOSE = 3, 1
#: From so many words on, one that decides nothing may be missing.
LONG = 5

Span = tuple[int, int]


@dataclass(frozen=True)
class Phrase:
    """A phrasing, ready to be looked for. `deciding` are the indices of words that must be there."""

    text: str
    words: tuple[Word, ...]
    negated: bool
    deciding: frozenset[int]
    joined: frozenset[str]
    texts: frozenset[str]

    @cached_property
    def concepts(self) -> frozenset[str]:
        return frozenset(word.concept for word in self.words)

    @property
    def needed(self) -> int:
        return len(self.words) if len(self.words) < LONG else len(self.words) - 1


@lru_cache(maxsize=16_384)
def phrase(text: str) -> Phrase:
    """A phrasing as its words with meaning, each concept once."""
    found = sentences(text)
    words = tuple(word for sentence in found for word in sentence.words)
    negations = [negation for sentence in found for negation in sentence.negations]
    cues = {negation.start for negation in negations}
    kept: list[Word] = []
    for word in words:
        if word.empty or word.start in cues:
            continue
        if not any((word.concept, word.sign) == (other.concept, other.sign) for other in kept):
            kept.append(word)
    kept = kept or list(words)
    deciding = frozenset(
        i
        for i, word in enumerate(kept)
        if word.sign or word.text.isdigit() or DECIDING & {word.text, word.stem}
    )
    joined = frozenset(one.text + other.text for one, other in pairwise(kept))
    texts = frozenset(form for word in kept for form in (word.text, word.stem))
    return Phrase(text, tuple(kept), any(n.flips is None for n in negations), deciding, joined, texts)


def vocabulary(texts: Sequence[str]) -> frozenset[str]:
    """The stems of all that is looked for: a word among them is no slip of another."""
    return frozenset(word.stem for text in texts for word in phrase(text).words)


def find(wanted: Phrase, sentence: Sentence, known: frozenset[str], whole: bool = False) -> Span | None:
    """The closest place in a sentence that makes the claim, or None; `whole` lets no word be missing."""
    needed = len(wanted.words) if whole else wanted.needed
    if not _may_hold(wanted, sentence, needed, known):
        return None
    places = _places(wanted, sentence.words, known)
    if len({part for _, part in places}) < needed:
        return None
    slack = CLOSE if whole else SLACK
    for first, last, matched in _windows(places, sentence.words, wanted, needed, slack):
        words = [sentence.words[i] for i in matched]
        units = {word.unit for word in words}
        governing = [
            negation
            for negation in sentence.negations
            if negation.flips not in units
            and any(word.unit in negation.units and not word.light for word in words)
        ]
        if bool(governing) == wanted.negated:
            start = min([sentence.words[first].start, *(n.start for n in governing)])
            return start, sentence.words[last].end
    return None


def _may_hold(wanted: Phrase, sentence: Sentence, needed: int, known: frozenset[str]) -> bool:
    """Whether enough of the claim's words are in the sentence at all, which is cheap to say."""
    if sentence.joined & wanted.texts or sentence.texts & wanted.joined:
        return True
    missing = [part for part in wanted.words if part.concept not in sentence.concepts]
    spare = len(wanted.words) - needed
    if len(missing) <= spare:
        return True
    strange = [word for word in sentence.words if word.stem not in known and not word.light]
    return sum(not any(_same(word, part, known) for word in strange) for part in missing) <= spare


def _places(wanted: Phrase, words: Sequence[Word], known: frozenset[str]) -> list[tuple[int, int]]:
    """Which word of the answer is which of the claim: pairs of (index in it, index in the claim)."""
    parts = wanted.words
    found = {
        (i, p) for i, word in enumerate(words) for p, part in enumerate(parts) if _same(word, part, known)
    }
    for p, (part, after) in enumerate(pairwise(parts)):  # "zero grad" for "zerograd"
        joined = part.text + after.text
        found |= {(i, q) for i, word in enumerate(words) for q in (p, p + 1) if word.text == joined}
    for i, (word, after) in enumerate(pairwise(words)):  # "over fitting" for "overfitting"
        joined = word.text + after.text
        for p, part in enumerate(parts):
            if joined == part.text or (len(joined) > 5 and stem(joined) == part.stem):
                found |= {(i, p), (i + 1, p)}
    return sorted(found)


def _same(word: Word, part: Word, known: frozenset[str]) -> bool:
    if word.concept == part.concept or word.stem == part.stem:
        return word.sign == part.sign
    if word.stem in known or word.light or part.light:
        return False
    return _slip(word.stem, part.stem) or _slip(word.text, part.text)


@lru_cache(maxsize=200_000)
def _slip(found: str, meant: str) -> bool:
    """Whether one is a misspelling of the other: one edit in five letters or more, two in eight or more."""
    length = max(len(found), len(meant))
    if length < 5 or found[:1] != meant[:1] or not (found.isalpha() and meant.isalpha()):
        return False
    from rapidfuzz.distance import OSA

    allowed = 1 if length < 8 else 2
    return OSA.distance(found, meant, score_cutoff=allowed) <= allowed


def _windows(
    places: list[tuple[int, int]], words: Sequence[Word], wanted: Phrase, needed: int, slack: int
) -> list[tuple[int, int, list[int]]]:
    """Stretches of the answer that hold enough of the claim, shortest first, with the matched indices."""
    found = []
    total = len(wanted.words)
    for begin in range(len(places)):
        parts: set[int] = set()
        matched: list[int] = []
        for index, part in places[begin:]:
            if part in parts:
                continue
            between = {w.unit for w in words[places[begin][0] : index + 1] if not w.light}
            if len(between) > total + slack:
                break
            parts.add(part)
            matched.append(index)
            if len(parts) == total:
                break
        if len(parts) >= needed and wanted.deciding <= parts:
            found.append((places[begin][0], max(matched), matched))
    return sorted(found, key=lambda window: (window[1] - window[0], window[0]))
