"""Edits that turn a sentence into one like it: some keep the meaning, some change it, all keep most words.

The edits need not be perfect English, nor their names be right every time: what a pair is worth as a
paraphrase is said by the teacher, not by the edit. They only have to fill the space between "the same" and
"something else" the way that two reports of one event do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Words = list[str]

TOKEN = re.compile(r"\w+(?:[-'.,]\w+)*|[^\w\s]")
LINKS = frozenset(
    (
        "in",
        "on",
        "at",
        "by",
        "with",
        "for",
        "from",
        "to",
        "of",
        "after",
        "before",
        "during",
        "under",
        "over",
        "since",
    )
)
SPEAKERS = ("he", "she", "officials", "the company", "a spokesman", "police", "analysts", "they")
SAYING = ("said", "added", "told reporters", "reported", "announced", "noted")
WHEN = (
    "on Monday", "on Tuesday", "on Friday", "last week", "in 2002", "this year", "late Wednesday",
    "earlier this month", "in the first quarter", "on Sunday night", "a year ago", "in June", "since March",
)  # fmt: skip
NAMES = (
    "Smith", "Johnson", "Miller", "Davis", "Wilson", "Anderson", "Clark", "Lewis", "Walker", "Young",
    "Allen", "King", "Scott", "Adams", "Baker", "Nelson", "Carter", "Iraq", "Iran", "Israel", "Britain",
    "France", "Germany", "Japan", "China", "Russia", "Mexico", "Canada", "Texas", "California",
    "Florida", "Boston", "Chicago", "London", "Paris", "Tokyo", "Moscow", "Washington", "Microsoft",
    "Intel", "Boeing", "Ford", "Merck",
)  # fmt: skip
AUXILIARIES = frozenset(
    (
        "is",
        "are",
        "was",
        "were",
        "will",
        "would",
        "can",
        "could",
        "should",
        "has",
        "have",
        "had",
        "may",
        "might",
        "must",
    )
)


@dataclass(frozen=True)
class Lexicon:
    """WordNet's synonyms and antonyms of single lower-case words."""

    synonyms: dict[str, list[str]]
    antonyms: dict[str, list[str]]


def read_lexicon(folder: Path, known: set[str]) -> Lexicon:
    """The lexicon of WordNet 3.0 in `folder`, restricted to words that stand whole in `known`."""
    synonyms: dict[str, list[str]] = {}
    antonyms: dict[str, list[str]] = {}
    for part in ("noun", "verb", "adj", "adv"):
        lines = (folder / f"data.{part}").read_text(encoding="utf-8").splitlines()
        synsets = {line[:8]: _lemmas(line) for line in lines if not line.startswith("  ")}
        for line in lines:
            if line.startswith("  "):
                continue
            lemmas = synsets[line[:8]]
            words = [lemma for lemma in lemmas if lemma in known]
            for word in words:
                synonyms.setdefault(word, []).extend(other for other in words if other != word)
            for other_synset, places in re.findall(r" ! (\d{8}) \w (\w{4})", line.split("|")[0]):
                source, target = int(places[:2], 16) - 1, int(places[2:], 16) - 1
                other = synsets.get(other_synset, [])
                if 0 <= source < len(lemmas) and 0 <= target < len(other) and other[target] in known:
                    antonyms.setdefault(lemmas[source], []).append(other[target])
    return Lexicon({word: found for word, found in synonyms.items() if found}, antonyms)


def _lemmas(line: str) -> list[str]:
    fields = line.split("|")[0].split()
    count = int(fields[3], 16)
    return [re.sub(r"\(\w+\)$", "", lemma).lower() for lemma in fields[4 : 4 + 2 * count : 2]]


class Editor:
    """Random edits of one sentence at a time; every choice comes from the generator it is given."""

    def __init__(self, lexicon: Lexicon, rng: random.Random) -> None:
        self.lexicon = lexicon
        self.rng = rng
        self.keeping: list[Callable[[Words], Words]] = [
            self.synonym, self.synonym, self.front, self.attribute, self.drop_word, self.drop_phrase,
            self.swap_halves, self.add_when,
        ]  # fmt: skip
        self.changing: list[Callable[[Words], Words]] = [
            self.number, self.negate, self.rename, self.antonym, self.cut, self.swap_words,
        ]  # fmt: skip

    def edit(self, sentence: str, other: str) -> str:
        """`sentence` after one to four edits; `other` lends a clause where an edit needs one."""
        words = TOKEN.findall(sentence)
        for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4))):
            roll = self.rng.random()
            if roll < 0.65:
                words = self.rng.choice(self.keeping)(words)
            elif roll < 0.88:
                words = self.rng.choice(self.changing)(words)
            else:
                words = self.graft(words, TOKEN.findall(other))
        return join(words)

    def _replace(self, words: Words, table: dict[str, list[str]]) -> Words:
        places = [i for i, word in enumerate(words) if word.lower() in table and len(word) > 2]
        if not places:
            return words
        place = self.rng.choice(places)
        return [*words[:place], self.rng.choice(table[words[place].lower()]), *words[place + 1 :]]

    def synonym(self, words: Words) -> Words:
        return self._replace(words, self.lexicon.synonyms)

    def antonym(self, words: Words) -> Words:
        return self._replace(words, self.lexicon.antonyms)

    def _phrases(self, words: Words) -> list[tuple[int, int]]:
        """Spans that begin with a preposition and end before the next one or a mark."""
        starts = [i for i, word in enumerate(words) if word.lower() in LINKS]
        ends = [i for i, word in enumerate(words) if word.lower() in LINKS or word in ".,;:-"] + [len(words)]
        spans = [(start, min(end for end in ends if end > start)) for start in starts]
        return [(start, end) for start, end in spans if 2 <= end - start <= 6]

    def front(self, words: Words) -> Words:
        spans = [span for span in self._phrases(words) if span[0] > 2]
        if not spans:
            return words
        start, end = self.rng.choice(spans)
        return [*words[start:end], ",", *words[:start], *words[end:]]

    def drop_phrase(self, words: Words) -> Words:
        spans = self._phrases(words)
        if not spans or len(words) < 10:
            return words
        start, end = self.rng.choice(spans)
        return [*words[:start], *words[end:]]

    def drop_word(self, words: Words) -> Words:
        if len(words) < 8:
            return words
        place = self.rng.randrange(len(words) - 1)
        return [*words[:place], *words[place + 1 :]]

    def attribute(self, words: Words) -> Words:
        said = f"{self.rng.choice(SPEAKERS)} {self.rng.choice(SAYING)}".split()
        if self.rng.random() < 0.5:
            return [*said, *(["that"] if self.rng.random() < 0.5 else []), *words]
        body = words[:-1] if words[-1:] == ["."] else words
        return [*body, ",", *said, "."]

    def add_when(self, words: Words) -> Words:
        when = self.rng.choice(WHEN).split()
        if self.rng.random() < 0.5:
            return [*when, ",", *words]
        body = words[:-1] if words[-1:] == ["."] else words
        return [*body, *when, "."]

    def swap_halves(self, words: Words) -> Words:
        places = [i for i in range(4, len(words) - 4) if words[i] in (",", ";", "and", "but")]
        if not places:
            return words
        place = self.rng.choice(places)
        tail = words[place + 1 :]
        body, mark = (tail[:-1], ["."]) if tail[-1:] == ["."] else (tail, [])
        return [*body, words[place], *words[:place], *mark]

    def swap_words(self, words: Words) -> Words:
        places = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        if len(places) < 2:
            return words
        one, two = self.rng.sample(places, 2)
        swapped = list(words)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        return swapped

    def number(self, words: Words) -> Words:
        places = [i for i, word in enumerate(words) if word[0].isdigit()]
        if not places:
            unit = self.rng.choice(("percent", "million", "people", "years"))
            amount = [str(self.rng.randrange(2, 99)), unit]
            place = self.rng.randrange(len(words))
            return [*words[:place], *amount, *words[place:]]
        place = self.rng.choice(places)
        changed = re.sub(r"\d", lambda _: str(self.rng.randrange(1, 10)), words[place])
        return [*words[:place], changed, *words[place + 1 :]]

    def negate(self, words: Words) -> Words:
        if "not" in words:
            return [word for word in words if word != "not"]
        places = [i for i, word in enumerate(words) if word.lower() in AUXILIARIES]
        if not places:
            return ["not", *words]
        place = self.rng.choice(places)
        return [*words[: place + 1], "not", *words[place + 1 :]]

    def rename(self, words: Words) -> Words:
        places = [i for i, word in enumerate(words) if i and word[0].isupper()]
        places = places or [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if not places:
            return words
        place = self.rng.choice(places)
        return [*words[:place], self.rng.choice(NAMES), *words[place + 1 :]]

    def cut(self, words: Words) -> Words:
        if len(words) < 12:
            return words
        keep = self.rng.randrange(len(words) // 2, len(words) - 2)
        return words[:keep] if self.rng.random() < 0.5 else words[-keep:]

    def graft(self, words: Words, other: Words) -> Words:
        """The end of the sentence replaced by, or followed by, the end of another."""
        tail = other[len(other) // 2 :][-self.rng.randrange(3, 12) :]
        keep = len(words) if self.rng.random() < 0.5 else self.rng.randrange(len(words) // 2, len(words) + 1)
        body = words[:keep]
        return [*(body[:-1] if body[-1:] == ["."] else body), *tail][:44]


def join(words: Words) -> str:
    """The words as a line of text."""
    text = re.sub(r"\s+([.,;:!?%)])", r"\1", " ".join(words))
    return re.sub(r"([($])\s+", r"\1", text)
