"""Sentences for pre-training, from sources whose licence lets the weights be shipped.

WordNet's glosses and examples, the State of the Union addresses and the World Factbook (both works of the
United States government). No benchmark's text is among them.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from tools.making.inputs import Inputs

FEWEST_WORDS, MOST_WORDS = 6, 34
FIRST_MODERN_YEAR = 1900
ABBREVIATIONS = r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bNo)(?<!\bSt)(?<!\bU\.S)(?<!\best)(?<!\bvs)(?<!\b[A-Z])"
SENTENCE_END = re.compile(ABBREVIATIONS + r"[.!?]['\"”]?\s+(?=[A-Z\"“])")
QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "\xa0": " "})


def clean(text: str) -> str:
    """Markup out, typographic quotes plain, white space single."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text)).translate(QUOTES)
    return re.sub(r"\s+", " ", plain).strip()


def split_sentences(paragraph: str) -> list[str]:
    """One string a sentence, its closing mark kept."""
    sentences, start = [], 0
    for match in SENTENCE_END.finditer(paragraph):
        sentences.append(paragraph[start : match.end()].strip())
        start = match.end()
    return [*sentences, paragraph[start:].strip()]


def wordnet_sentences(folder: Path) -> Iterator[str]:
    """The definitions and the examples of every synset; a noun's definition is headed by the noun."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  ") or "| " not in line:
                continue
            data, gloss = line.split("| ", 1)
            examples = re.findall(r'"([^"]+)"', gloss)
            definition = re.split(r';\s*"', gloss)[0].strip()
            lemma = data.split()[4].replace("_", " ")
            yield f"{lemma}: {definition}." if part == "noun" else definition + "."
            for example in examples:
                yield example if example[-1:] in ".!?" else example + "."


def speech_sentences(folder: Path) -> Iterator[str]:
    """The annual messages since 1900."""
    for path in sorted(folder.glob("*.txt")):
        if int(path.name[:4]) >= FIRST_MODERN_YEAR:
            for paragraph in path.read_text(encoding="utf-8").split("\n"):
                yield from split_sentences(clean(paragraph))


def _leaves(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        for value in entry.values():
            yield from _leaves(value)
    elif isinstance(entry, str):
        yield entry


def factbook_sentences(folder: Path) -> Iterator[str]:
    """Whatever in the country profiles reads as a clause of its own."""
    for path in sorted(folder.rglob("*.json")):
        for leaf in _leaves(json.loads(path.read_text(encoding="utf-8"))):
            for sentence in split_sentences(clean(leaf)):
                yield from (clause.strip(" ;") for clause in sentence.split("; "))


def _usable(sentence: str) -> bool:
    words = sentence.split()
    letters = sum(char.isalpha() or char == " " for char in sentence)
    return FEWEST_WORDS <= len(words) <= MOST_WORDS and letters > 0.75 * len(sentence)


def read_sentences(inputs: Inputs) -> dict[str, list[str]]:
    """Every usable sentence by source, without repetitions, in the sources' order."""
    streams = {
        "wordnet": wordnet_sentences(inputs.wordnet),
        "speeches": speech_sentences(inputs.speeches),
        "factbook": factbook_sentences(inputs.factbook),
    }
    return {name: list(dict.fromkeys(filter(_usable, stream))) for name, stream in streams.items()}


def sample(sentences: dict[str, list[str]], shares: dict[str, int], seed: int) -> list[str]:
    """`shares` sentences of each source (or all there are), shuffled together."""
    rng = random.Random(seed)
    chosen = [
        sentence
        for name, share in shares.items()
        for sentence in rng.sample(sentences[name], min(share, len(sentences[name])))
    ]
    rng.shuffle(chosen)
    return chosen
