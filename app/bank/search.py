"""Search as one types: plain text, never markup or patterns; all words have to be found, the nearest first."""

import re
from collections.abc import Sequence

from app.bank.schema import Question

_WORDS = re.compile(r"[\W_]+")
_SIMILAR = 75
"""How alike, of 100, a title is to what was typed where nothing has the words themselves."""
_MOST_SIMILAR = 20


class Search:
    """An index of questions, made once per bank.

    The tiers of a word, best first: the id or the number itself; the start of a word of the question; of the
    id, tags, topic or level; anywhere in these; anywhere in the answer.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = list(questions)
        self._exact = [_exact(question) for question in questions]
        self._title = [_words(question.question) for question in questions]
        self._label = [_words(_label(question)) for question in questions]
        self._short = [f"{question.question}\n{_label(question)}".casefold() for question in questions]
        self._answer = [question.answer.casefold() for question in questions]
        self._last: tuple[str, list[int]] = ("", list(range(len(self._questions))))

    def find(self, query: str, limit: int | None = None) -> list[Question]:
        """The questions that have every word of the query, the nearest first; all of them for an empty one.

        Where none has, those whose wording is alike, so that a slip of the finger finds something.
        """
        query = query.casefold().strip()
        if not (words := query.split()):
            return self._questions[:limit]
        before, candidates = self._last
        if not query.startswith(before):
            candidates = list(range(len(self._questions)))
        ranked = self._ranked(words, candidates)
        self._last = (query, [at for _, at in ranked])
        found = [at for _, at in sorted(ranked)] or self._similar(" ".join(words))
        return [self._questions[at] for at in found[:limit]]

    def _ranked(self, words: list[str], candidates: list[int]) -> list[tuple[int, int]]:
        ranked = []
        starts = [f" {word}" for word in words]
        for at in candidates:
            total = 0
            for word, start in zip(words, starts, strict=True):
                if word in self._short[at]:
                    if word in self._exact[at]:
                        continue
                    total += 1 if start in self._title[at] else 2 if start in self._label[at] else 3
                elif word in self._answer[at]:
                    total += 6
                else:
                    break
            else:
                ranked.append((total, at))
        return ranked

    def _similar(self, query: str) -> list[int]:
        if len(query) < 4:
            return []
        from rapidfuzz import fuzz, process

        found = process.extract(
            query, self._short, scorer=fuzz.partial_ratio, score_cutoff=_SIMILAR, limit=_MOST_SIMILAR
        )
        return [at for _, _, at in found]


def _exact(question: Question) -> tuple[str, ...]:
    number = () if question.number is None else (str(question.number),)
    return (question.id, question.id.rpartition("/")[2], *number)


def _label(question: Question) -> str:
    number = "" if question.number is None else str(question.number)
    return " ".join([question.id, number, *question.tags, question.topic, question.level])


def _words(text: str) -> str:
    """The text with a single space before each of its words."""
    return f" {_WORDS.sub(' ', text.casefold()).strip()}"
