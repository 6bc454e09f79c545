"""Holds what earns a key point against what must not: traps, the question, other questions' answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from app.answers.matching import find, phrase, vocabulary
from app.answers.words import Sentence, sentences
from app.bank import inline
from app.bank.problems import Problem, problem_at
from app.bank.schema import Question

#: So many phrasings without a word that decides in common make a point that can be said in several ways.
ENOUGH = 3
#: A larger bank's answers are not held against each other: what they share could not be judged one by one.
MOST_QUESTIONS = 500
#: The answers of so many unrelated questions may share a fact; what more of them say is no claim about it.
SHARED = 2


class Claims:
    """The phrasings of some questions, found again in texts that should not make them."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions if len(questions) <= MOST_QUESTIONS else []
        self._by_word: defaultdict[str, list[tuple[Question, int, str]]] = defaultdict(list)
        for question in self.questions:
            for index, point in enumerate(question.key_points):
                for text in filter(_words, point.any):
                    self._by_word[phrase(text).words[0].concept].append((question, index, text))
        self._strangers: defaultdict[str, list[tuple[int, str, str]]] | None = None

    def strangers(self, question: Question) -> list[tuple[int, str, str]]:
        """What the answers to several unrelated questions earn of this one: (point, phrasing, their ids)."""
        if self._strangers is None:
            by: defaultdict[tuple[str, int, str], list[str]] = defaultdict(list)
            for other in self.questions:
                for owner, index, text in self._made(sentences(other.answer)):
                    if not _is_kin(owner, other):
                        by[owner.id, index, text].append(other.id)
            self._strangers = defaultdict(list)
            for (owner_id, index, text), ids in by.items():
                if len(ids) > SHARED:
                    self._strangers[owner_id].append((index, text, ", ".join(ids[:3])))
        return self._strangers.get(question.id, [])

    def _made(self, read: Iterable[Sentence]) -> Iterator[tuple[Question, int, str]]:
        none: frozenset[str] = frozenset()
        seen: set[tuple[str, int, str]] = set()
        for sentence in read:
            for concept in sentence.concepts:
                for question, index, text in self._by_word.get(concept, ()):
                    key = (question.id, index, text)
                    held = phrase(text).concepts <= sentence.concepts
                    if held and key not in seen and find(phrase(text), sentence, none, whole=True):
                        seen.add(key)
                        yield question, index, text


def problems(question: Question, claims: Claims, at: inline.At) -> Iterator[Problem]:
    """Each point that is earned by what must not earn it, and each that has few phrasings."""
    for index, trap in enumerate(question.traps):
        yield from _earned(question, trap, f"the trap {trap[:60]!r}", at, ("traps", index))
    yield from _earned(question, question.question, "the question's own text", at, ("question",))
    for index, text, other in claims.strangers(question):
        yield _problem(f"the answers to {other}", question, index, text, at, ("key_points", index, "any"))
    about = _words(question.question)
    for index, point in enumerate(question.key_points):
        if apart(point.any, about | _words(point.point)) < ENOUGH:
            found = f"fewer than {ENOUGH} phrasings of {point.point[:60]!r} in words of their own"
            place = at("key_points", index, "any")
            yield problem_at(place, "few-phrasings", found, "several ways to say it", severity="warning")


def earned(question: Question, text: str) -> Iterator[tuple[int, str]]:
    """The points that a text names, each with the phrasing: questions are read as statements here."""
    known = vocabulary([*(some for point in question.key_points for some in point.any)])
    read = sentences(text)
    for index, point in enumerate(question.key_points):
        for some in point.any:
            if any(find(phrase(some), sentence, known) for sentence in read):
                yield index, some
                break


def apart(phrasings: Sequence[str], common: frozenset[str]) -> int:
    """How many of the phrasings, at most 3, share no word with meaning besides the `common` ones."""
    words = list({_words(text) - common for text in phrasings})
    for count in (3, 2):
        if any(all(not (a & b) for a, b in combinations(some, 2)) for some in combinations(words, count)):
            return count
    return min(1, len(words))


def _words(text: str) -> frozenset[str]:
    return phrase(text).concepts


def _earned(
    question: Question, text: str, what: str, at: inline.At, place: tuple[str | int, ...]
) -> Iterator[Problem]:
    for index, some in earned(question, text):
        yield _problem(what, question, index, some, at, place)


def _problem(
    what: str, question: Question, index: int, text: str, at: inline.At, place: tuple[str | int, ...]
) -> Problem:
    found = f"{what}, which earns {question.key_points[index].point[:60]!r} by {text!r}"
    hint = "make the phrasing a claim that only a right answer makes"
    return problem_at(at(*place), "earned-for-nothing", found, "a text that earns no key point", hint=hint)


def _is_kin(question: Question, other: Question) -> bool:
    """Whether two questions share facts by design, so that one's answer may well name the other's points."""
    return (
        other.id == question.id
        or other.topic == question.topic
        or other.id in question.follow_ups
        or question.id in other.follow_ups
        or bool(set(question.tags) & set(other.tags))
    )
