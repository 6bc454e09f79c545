"""Holds what earns a key point against what must not: traps, the question itself, the answers to other questions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.bank import inline
from app.bank.problems import Problem, problem_at
from app.bank.schema import Question
from app.study.grading import grade
from app.study.matching import phrase

#: So many phrasings without a word that decides in common make a point that can be said in several ways.
ENOUGH = 3


@dataclass(frozen=True)
class Bare:
    """A key point without `none`, to see what its phrasings alone would credit."""

    point: str
    any: Sequence[str]


def problems(question: Question, others: Iterable[Question], at: inline.At) -> Iterator[Problem]:
    """Each point that a trap, the question's own text or a stranger's answer earns, and points with few phrasings."""
    bare = [Bare(point.point, point.any) for point in question.key_points]
    for index, trap in enumerate(question.traps):
        yield from _earned(question, bare, trap, f"the trap {trap[:60]!r}", at, ("traps", index))
    yield from _earned(question, bare, question.question, "the question's own text", at, ("question",))
    for other in others:
        if not _is_kin(question, other):
            yield from _earned(question, bare, other.answer, f"the answer to {other.id!r}", at, None)
    for index, point in enumerate(question.key_points):
        if apart(point.any) < ENOUGH:
            found = f"fewer than {ENOUGH} phrasings of {point.point[:60]!r} that share no word"
            yield problem_at(
                at("key_points", index, "any"),
                "few-phrasings",
                found,
                "several ways to say it",
                severity="warning",
            )


def _earned(
    question: Question,
    bare: Sequence[Bare],
    text: str,
    what: str,
    at: inline.At,
    place: tuple[str | int, ...] | None,
) -> Iterator[Problem]:
    for index, result in enumerate(grade(text.rstrip().removesuffix("?"), bare).points):
        if result.hit:
            found = f"{what}, which earns {result.point[:60]!r} by {result.phrasing!r}"
            where = at(*(place or ("key_points", index, "any")))
            hint = "make the phrasing a claim that only the right answer makes"
            yield problem_at(where, "earned-for-nothing", found, "a text that earns no key point", hint=hint)


def _is_kin(question: Question, other: Question) -> bool:
    """Whether two questions share facts by design, so that one's answer may well name a point of the other."""
    return (
        other.id == question.id
        or other.topic == question.topic
        or other.id in question.follow_ups
        or question.id in other.follow_ups
        or bool(set(question.tags) & set(other.tags))
    )


def apart(phrasings: Sequence[str]) -> int:
    """How many of the phrasings, at most 3, have no word with meaning in common."""
    words = list({frozenset(word.concept for word in phrase(text).words) for text in phrasings})
    for count in (3, 2):
        if any(all(not (a & b) for a, b in combinations(some, 2)) for some in combinations(words, count)):
            return count
    return min(1, len(words))
