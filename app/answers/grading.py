"""A typed answer, held against a question's key points and against what is often said wrongly.

A point is named where one of its phrasings is found as a claim (see `matching`). What only resembles it is
`perhaps`, and counts when the person says so. The grade is a suggestion; the person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from . import alike
from .matching import Span, find, phrase, vocabulary
from .words import Sentence, sentences

State = Literal["named", "perhaps", "missed"]


@dataclass(frozen=True)
class PointResult:
    """One key point: whether the answer named it, and where (`span`, offsets into the answer's text).

    Of a point that is `perhaps`, the span is what the person is asked about.
    """

    point: str
    state: State
    span: Span | None = None
    phrasing: str | None = None

    @property
    def hit(self) -> bool:
        return self.state == "named"


@dataclass(frozen=True)
class Wrong:
    """Something said that is wrong: where, the trap that it is if the question lists it, and what is true."""

    span: Span
    trap: str | None
    truth: str


@dataclass(frozen=True)
class Grade:
    """What an answer named, may have named, missed and got wrong.

    `suggested` is a rating from 1 to 4, None without key points.
    """

    points: tuple[PointResult, ...]
    hints: int
    suggested: int | None
    wrong: tuple[Wrong, ...] = ()

    @property
    def hits(self) -> tuple[PointResult, ...]:
        return tuple(point for point in self.points if point.hit)

    @property
    def misses(self) -> tuple[PointResult, ...]:
        return tuple(point for point in self.points if not point.hit)

    @property
    def perhaps(self) -> list[int]:
        """The indices of the points to ask about, in their order."""
        return [index for index, point in enumerate(self.points) if point.state == "perhaps"]

    @property
    def spans(self) -> list[Span]:
        """Where to mark the answer: the hits' places in order, overlapping ones joined."""
        joined: list[Span] = []
        for start, end in sorted(point.span for point in self.points if point.span and point.hit):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def said(self, index: int, yes: bool) -> Grade:
        """The grade once the person has said whether they meant the point at `index`."""
        points = list(self.points)
        points[index] = replace(points[index], state="named" if yes else "missed")
        return _grade(points, self.hints, self.wrong)


def grade(answer: str, key_points: Sequence[Any], hints: int = 0, traps: Sequence[str] = ()) -> Grade:
    """Hold `answer` against `key_points` (each with `.point`, `.any`, and maybe `.none`, which rules it out).

    `hints` is how many key points were opened before answering; each counts as one not named. `traps` are
    the sentences that people often say and that are wrong.
    """
    read = [s for s in sentences(answer) if not (s.question or s.is_keyword_list)]
    claims = [
        alike.Claims(point.point, tuple(point.any), tuple(getattr(point, "none", ()) or ()))
        for point in key_points
    ]
    known = vocabulary([text for claim in claims for text in (*claim.some, *claim.none)])
    results: list[PointResult] = []
    wrong: list[Wrong] = []
    for claim in claims:
        named = _first(claim.some, read, known)
        contrary = _first(claim.none, read, known, whole=True)
        if named and contrary:  # both ways: the person knows which was meant
            results.append(PointResult(claim.point, "perhaps", *named))
        elif contrary:
            span, text = contrary
            trap = alike.trap_of(text, answer[slice(*span)], claim, traps, known)
            wrong.append(Wrong(span, trap, claim.point))
            results.append(PointResult(claim.point, "missed"))
        elif named:
            results.append(PointResult(claim.point, "named", *named))
        else:
            results.append(PointResult(claim.point, "missed"))
    spent = [result.span for result in results if result.span]
    missed = [
        i for i, result in enumerate(results) if result.state == "missed" and not _ruled_out(result, wrong)
    ]
    for index, span in alike.resembling(answer, read, claims, missed, spent):
        results[index] = PointResult(claims[index].point, "perhaps", span)
    for trap, span, truth in alike.asserted(answer, read, claims, traps, known):
        wrong = _with_trap(wrong, Wrong(span, trap, truth))
    return _grade(results, hints, tuple(wrong))


def suggest(hits: int, total: int, hints: int = 0, wrong: int = 0) -> int | None:
    """A rating from the share of points named without a hint: all 4, most 3, a third 2, else 1.

    A hint, or something said that is wrong, takes one back.
    """
    if not total:
        return None
    share = max(0, hits - hints - wrong) / total
    if share >= 1:
        return 4
    return 3 if share >= 0.6 else 2 if share >= 0.3 else 1


def _grade(points: Sequence[PointResult], hints: int, wrong: tuple[Wrong, ...]) -> Grade:
    hits = sum(point.hit for point in points)
    return Grade(tuple(points), hints, suggest(hits, len(points), hints, len(wrong)), wrong)


def _ruled_out(result: PointResult, wrong: Sequence[Wrong]) -> bool:
    return any(one.truth == result.point for one in wrong)


def _with_trap(wrong: list[Wrong], heard: Wrong) -> list[Wrong]:
    """The list with a trap that was heard: as the name of a wrong claim at its place, else as one more."""
    if any(one.trap == heard.trap for one in wrong):
        return wrong
    for at, one in enumerate(wrong):
        if one.trap is None and one.span[0] < heard.span[1] and heard.span[0] < one.span[1]:
            return [*wrong[:at], replace(one, trap=heard.trap), *wrong[at + 1 :]]
    return [*wrong, heard]


def _first(
    texts: Sequence[str], read: Sequence[Sentence], known: frozenset[str], whole: bool = False
) -> tuple[Span, str] | None:
    """The first of `texts` that is claimed, as (where, the text)."""
    for text in texts:
        for sentence in read:
            if span := find(phrase(text), sentence, known, whole):
                return span, text
    return None
