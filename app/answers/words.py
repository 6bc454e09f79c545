"""An answer as words that can be compared: stems with their place in the text, sentences, and negations.

Code reads as the words in it: `zero_grad()` is "zero grad", `DataCollatorWithPadding` is "data collator with
padding". Every word keeps its offsets, so that what was recognised can be marked where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

from .concepts import PAIRS, SHORT, concepts
from .lexicon import (
    BREAK_WORDS,
    BREAKS,
    DENIED,
    FUNCTION_WORDS,
    LIGHT,
    MODIFIERS,
    NO_MORE,
    NO_NEGATION,
    NOT,
    NOT_PAIRS,
    SUBJECTS,
    WEAK_NOT,
)
from .stems import stem

_CHUNK = re.compile(
    r"w/o\b|[-=]+>|!=|\d+x\b|x\d+\b|\d+(?:st|nd|rd|th)\b|\d+(?:[.,]\d+)*(?:e-?\d+)?|\w+(?:['’]\w+)*|[^\w\s]",
    re.UNICODE,
)
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?(?:[^\W\d_A-Z]|['’])+|\d+")
_CODE = re.compile(r"_|[a-z][A-Z]")
_BULLET = re.compile(r"\n\s*(?:[-*•]|\d+[.)])\s|\n\s*\n")

#: How many units with meaning a negation governs: after it, after "without" or in a condition, before it.
REACH, REACH_WITHOUT, REACH_BACK = 4, 2, 3
#: Terms in a row are no statement: at least so many units, and at most this share of small words.
MIN_LIST, MAX_SMALL_WORDS = 7, 0.08


@dataclass(frozen=True)
class Word:
    """A word of a text. `unit` counts what is written as one (`zero_grad` is one unit of two words).

    `concept` is what it means to the grader, and `sign` which of its two sides is said, negations counted.
    """

    text: str
    stem: str
    start: int
    end: int
    unit: int
    code: bool = False
    concept: str = ""
    sign: int = 0

    @property
    def light(self) -> bool:
        """A function word, which says little by itself."""
        return not self.code and self.text in FUNCTION_WORDS

    @property
    def empty(self) -> bool:
        """A function word that a phrase is the same without."""
        return self.light and not self.sign and self.text not in LIGHT


@dataclass(frozen=True)
class Negation:
    """A word such as "not", and the units that it governs.

    `flips` is the unit of the opposite that it turns into its other side: "no error" is "silent".
    """

    start: int
    end: int
    units: range
    flips: int | None = None


@dataclass(frozen=True)
class Sentence:
    words: tuple[Word, ...]
    negations: tuple[Negation, ...]
    question: bool

    @cached_property
    def concepts(self) -> frozenset[str]:
        return frozenset(form for word in self.words for form in (word.concept, word.stem))

    @cached_property
    def texts(self) -> frozenset[str]:
        return frozenset(word.text for word in self.words)

    @cached_property
    def joined(self) -> frozenset[str]:
        """Each two neighbouring words as one, as they stand and as a stem."""
        pairs = [one.text + other.text for one, other in pairwise(self.words)]
        return frozenset(pairs) | {stem(pair) for pair in pairs if len(pair) > 5}

    @property
    def is_keyword_list(self) -> bool:
        """Terms in a row, without the small words and endings that make a statement of them."""
        units = {word.unit for word in self.words}
        small = sum(word.light for word in self.words)
        return len(units) >= MIN_LIST and small <= len(units) * MAX_SMALL_WORDS and not self.negations


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text; a blank line or a bullet ends one as a full stop does."""
    found = []
    for start, end in _sentence_spans(text):
        words, negations = _read(text, start, end)
        if words:
            found.append(Sentence(tuple(words), tuple(negations), text[start:end].rstrip().endswith("?")))
    return found


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    ends = [match.end() for match in re.finditer(r"[.!?;]+(?=\s|$)", text)]
    ends += [match.start() for match in _BULLET.finditer(text)]
    start = 0
    for end in sorted({*ends, len(text)}):
        if end > start:
            yield start, end
            start = end


@dataclass
class _Reading:
    """What has been read of a sentence so far."""

    words: list[Word]
    cues: list[tuple[int, int, int, str]]  # unit, start, end, word
    breaks: set[int]


def _read(text: str, start: int, end: int) -> tuple[list[Word], list[Negation]]:
    read = _chunks(text, start, end)
    words = _pairs(_without_no_more(read))
    cues = [cue for cue in read.cues if not _is_positive(cue, words)]
    negations = [_negation(cue, words, read.breaks) for cue in cues]
    return _turned(words, negations), negations


def _chunks(text: str, start: int, end: int) -> _Reading:
    read = _Reading([], [], set())
    unit, previous, previous_end = 0, "", -1
    for match in _CHUNK.finditer(text, start, end):
        chunk = match.group()
        lowered = chunk.lower().replace("’", "'")
        if previous_end != -1 and "\n" in text[previous_end : match.start()]:
            read.breaks.add(unit)
        if not (chunk[0].isalnum() or chunk[0] == "_" or lowered in SHORT):
            if (chunk in BREAKS and not _inside_code(text, match.start())) or chunk.endswith(">"):
                read.breaks.add(unit)
            continue
        glued = previous_end != -1 and text[previous_end : match.start()] in (".", "-")
        code = glued or bool(_CODE.search(chunk)) or text[match.end() : match.end() + 1] == "("
        if not glued:
            unit += 1
        if not code and (lowered in NOT or lowered.endswith("n't") or (previous, lowered) in NOT_PAIRS):
            read.cues.append((unit, match.start(), match.end(), lowered))
        elif not code and lowered in BREAK_WORDS:
            read.breaks.add(unit - 1)
        read.words += _pieces(chunk, match.start(), unit, code)
        previous, previous_end = lowered, match.end()
    return read


def _without_no_more(read: _Reading) -> list[Word]:
    """The words less the "longer" of "no longer", which says nothing of length."""
    after_no = {unit + 1 for unit, *_, text in read.cues if text in ("no", "not")}
    return [word for word in read.words if not (word.unit in after_no and word.text in NO_MORE)]


@cache
def _pair_stems() -> dict[tuple[str, str], str]:
    return {(stem(one), stem(other)): concept for (one, other), concept in PAIRS.items()}


def _pairs(words: list[Word]) -> list[Word]:
    """The words with pairs such as "add up" as one, also where a word stands between."""
    found: list[Word] = []
    skipped: set[int] = set()
    for i, word in enumerate(words):
        if i in skipped:
            continue
        for j in (i + 1, i + 2):
            concept = _pair_stems().get((word.stem, words[j].stem)) if j < len(words) else None
            if concept and j not in skipped and (j == i + 1 or words[j].text in LIGHT):
                name, sign = concepts().get(concept, (concept, 0))
                word = replace(word, text=concept, stem=concept, concept=name, sign=sign, end=words[j].end)
                skipped.add(j)
                break
        found.append(word)
    return found


def _turned(words: list[Word], negations: list[Negation]) -> list[Word]:
    """The words with the side that each opposite is on, denials counted; "fails silently" is silent."""
    flipped = [negation.flips for negation in negations]
    quiet = {word.unit for word in words if word.concept == "error" and word.sign < 0}
    turned = []
    for word in words:
        if word.sign and flipped.count(word.unit) % 2:
            word = replace(word, sign=-word.sign)
        elif word.concept == "error" and any(abs(word.unit - unit) <= 2 for unit in quiet):
            word = replace(word, sign=-1)
        turned.append(word)
    return turned


def _inside_code(text: str, at: int) -> bool:
    """Whether a bracket belongs to code, as in `zero_grad()`, where it ends no clause."""
    return text[at] in "()" and at > 0 and not text[at - 1].isspace()


def _pieces(chunk: str, start: int, unit: int, code: bool) -> Iterator[Word]:
    lowered = chunk.lower()
    if lowered in SHORT:
        pieces = [(lowered, start, start + len(chunk))]
    else:
        pieces = [
            (match.group().lower().replace("’", "'"), start + match.start(), start + match.end())
            for match in _PIECE.finditer(chunk)
        ]
    for text, at, end in pieces:
        for part in SHORT.get(text, text).split():
            part = part.removesuffix("'s")
            plain = stem(part)
            concept, sign = concepts().get(part) or concepts().get(plain) or (plain, 0)
            yield Word(
                text if " " not in SHORT.get(text, text) else part, plain, at, end, unit, code, concept, sign
            )


def _is_positive(cue: tuple[int, int, int, str], words: list[Word]) -> bool:
    """Whether it denies nothing after all, as in "not only" and "no matter"."""
    following = [word.text for word in words if word.unit == cue[0] + 1]
    return bool(following) and following[0] in NO_NEGATION


def _negation(cue: tuple[int, int, int, str], words: list[Word], breaks: set[int]) -> Negation:
    """What a negation governs: the next few units that carry meaning, up to the end of its clause."""
    unit, start, end, text = cue
    conditional = any(word.text in ("if", "unless", "when") for word in words if unit - 4 <= word.unit < unit)
    weak = conditional or text in WEAK_NOT
    reach = REACH_WITHOUT if weak else REACH
    if weak:
        breaks = breaks | {word.unit - 1 for word in words if word.text in SUBJECTS and not word.code}
    clause_end = min((at for at in breaks if at >= unit), default=10**6)
    follows = next((word.text for word in words if word.unit > unit), "")
    first = unit - REACH_BACK if follows in DENIED else unit + 1
    last, counted = unit, set[int]()
    flips = None
    for word in words:
        if word.unit <= unit or word.unit > clause_end:
            continue
        if word.sign and (not counted or flips == word.unit - 1):
            flips = last = word.unit
            if word.concept not in MODIFIERS:
                break
        if not word.light:
            counted.add(word.unit)
        if len(counted) > reach:
            break
        last = word.unit
    return Negation(start, end, range(first, last + 1), flips)


def cloze(text: str, phrasings: Iterable[str]) -> str:
    """`text` with gaps where a phrasing would give it away, or over its second half where none does."""
    words = [word for sentence in sentences(text) for word in sentence.words if not word.light]
    said = [
        {word.stem for sentence in sentences(phrasing) for word in sentence.words} for phrasing in phrasings
    ]
    told = max(said, key=lambda stems: sum(word.stem in stems for word in words), default=set())
    hidden = [word for word in words if word.stem in told] or words[len(words) // 2 :]
    if len(hidden) == len(words):  # leave the first, so that there is something to go on
        hidden = hidden[1:] or hidden
    for word in reversed(hidden):
        text = f"{text[: word.start]}…{text[word.end :]}"
    return re.sub(r"…(?:[\s_.-]*…)+", "…", text)
