"""Search as one types: plain text, never markup or patterns; all words are looked for, the nearest first."""

import re
from collections.abc import Sequence

from app.bank.schema import Question

_WORDS = re.compile(r"[\W_]+")
_SIMILAR = 75
"""How alike, of 100, a title is to what was typed where nothing has the words themselves."""
_MOST_SIMILAR = 20
_MOST_KNOWN = 32
"""How many words' tiers are remembered from one keystroke to the next."""
_MOST_WORDS = 16
_NOWHERE = 255


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
        self._known: dict[str, bytes] = {}

    def find(self, query: str, limit: int | None = None) -> list[Question]:
        """The questions that have every word of the query, the nearest first; all of them for an empty one.

        Where none has, those whose wording is alike, so that a slip of the finger finds something.
        """
        if not (words := query.casefold().split()[:_MOST_WORDS]):
            return self._questions[:limit]
        rows = list(zip(*map(self._tiers, words), strict=True))
        self._known = dict(list(self._known.items())[-_MOST_KNOWN:])
        found = [at for at, row in enumerate(rows) if _NOWHERE not in row]
        found.sort(key=lambda at: sum(rows[at]))
        found = found or self._similar(" ".join(words))
        return [self._questions[at] for at in found[:limit]]

    def _tiers(self, word: str) -> bytes:
        """Each question's tier for a word. What was found out for the word as typed so far is built on."""
        if (known := self._known.pop(word, None)) is None:
            start = f" {word}"
            before = self._known.get(word[:-1]) or bytes(len(self._questions))
            known = bytes(
                [
                    _NOWHERE
                    if tier == _NOWHERE
                    else (0 if word in exact else 1 if start in title else 2 if start in label else 3)
                    if word in short
                    else 6
                    if word in answer
                    else _NOWHERE
                    for tier, exact, title, label, short, answer in zip(
                        before, self._exact, self._title, self._label, self._short, self._answer, strict=True
                    )
                ]
            )
        self._known[word] = known
        return known

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
