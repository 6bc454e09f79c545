"""An answer as words that can be compared: stems with their place in the text, sentences, and negations.

Code reads as the words in it: `zero_grad()` is "zero grad", `DataCollatorWithPadding` is "data collator with
padding". Every word keeps its offsets, so that what was recognised can be marked where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from .lexicon import (
    BREAK_WORDS,
    BREAKS,
    DENIED,
    FUNCTION_WORDS,
    LIGHT,
    NO_NEGATION,
    NOT,
    NOT_PAIRS,
    NUMBERS,
    SHORT,
    SUBJECTS,
    WEAK_NOT,
)

_CHUNK = re.compile(r"\d+(?:[.,]\d+)*(?:e-?\d+)?|\w+(?:['’]\w+)*|[^\w\s]", re.UNICODE)
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?(?:[^\W\d_A-Z]|['’])+|\d+")
_CODE = re.compile(r"_|[a-z][A-Z]")
_BULLET = re.compile(r"\n\s*(?:[-*•]|\d+[.)])\s|\n\s*\n")

#: How many units with meaning a negation governs: after it, after "without" or in a condition, before it.
REACH, REACH_WITHOUT, REACH_BACK = 4, 2, 3
#: Terms in a row are no statement: at least so many units, and at most this share of small words.
MIN_LIST, MAX_SMALL_WORDS = 7, 0.08


@dataclass(frozen=True)
class Word:
    """A word of a text. `unit` counts what is written as one (`zero_grad` is one unit of two words)."""

    text: str
    stem: str
    start: int
    end: int
    unit: int
    code: bool = False

    @property
    def light(self) -> bool:
        """A function word, which says little by itself."""
        return not self.code and self.text in FUNCTION_WORDS

    @property
    def empty(self) -> bool:
        """A function word that a phrase is the same without."""
        return self.light and self.text not in LIGHT


@dataclass(frozen=True)
class Negation:
    """A word such as "not", and the units that it governs."""

    start: int
    end: int
    units: range


@dataclass(frozen=True)
class Sentence:
    words: tuple[Word, ...]
    negations: tuple[Negation, ...]
    question: bool

    @property
    def is_keyword_list(self) -> bool:
        """Terms in a row, without the small words and endings that make a statement of them."""
        units = {word.unit for word in self.words}
        small = sum(word.light for word in self.words)
        return len(units) >= MIN_LIST and small <= len(units) * MAX_SMALL_WORDS and not self.negations


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


def _read(text: str, start: int, end: int) -> tuple[list[Word], list[Negation]]:
    words: list[Word] = []
    cues: list[tuple[int, int, int, str]] = []  # unit, start, end, word
    breaks: set[int] = set()
    unit, previous, previous_end = 0, "", -1
    for match in _CHUNK.finditer(text, start, end):
        chunk = match.group()
        lowered = chunk.lower().replace("’", "'")
        if not (chunk[0].isalnum() or chunk[0] == "_"):
            if chunk in BREAKS and not _inside_code(text, match.start()):
                breaks.add(unit)
            continue
        glued = previous_end != -1 and text[previous_end : match.start()] in (".", "-")
        code = glued or bool(_CODE.search(chunk)) or text[match.end() : match.end() + 1] == "("
        if not glued:
            unit += 1
        if not code and (lowered in NOT or lowered.endswith("n't") or (previous, lowered) in NOT_PAIRS):
            cues.append((unit, match.start(), match.end(), lowered))
        elif not code and lowered in BREAK_WORDS:
            breaks.add(unit - 1)
        words += _pieces(chunk, match.start(), unit, code)
        previous, previous_end = lowered, match.end()
    return words, [_negation(cue, words, breaks) for cue in cues if not _is_positive(cue, words)]


def _inside_code(text: str, at: int) -> bool:
    """Whether a bracket belongs to code, as in `zero_grad()`, where it ends no clause."""
    return text[at] in "()" and at > 0 and not text[at - 1].isspace()


def _pieces(chunk: str, start: int, unit: int, code: bool) -> Iterator[Word]:
    for match in _PIECE.finditer(chunk):
        text = match.group().lower().replace("’", "'")
        at, end = start + match.start(), start + match.end()
        for part in SHORT.get(text, text).split():
            yield Word(text, stem(part.removesuffix("'s")), at, end, unit, code)


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
    last, counted = unit, set()
    for word in words:
        if word.unit <= unit or word.unit > clause_end:
            continue
        if not word.light:
            counted.add(word.unit)
        if len(counted) > reach:
            break
        last = word.unit
    return Negation(start, end, range(first, last + 1))


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
