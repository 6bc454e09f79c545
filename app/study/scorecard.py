"""What an interview leaves behind: every turn, the score by topic, and what to revise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from .records import Result, SavedInterview

#: What a self-given rating counts for, where no key points were ticked.
RATED = {1: 0.0, 2: 0.4, 3: 0.8, 4: 1.0}
#: A point that was named only when asked for counts for half.
PROMPTED = 0.5
STRONG, WEAK = 0.75, 0.5


class Turn(Struct, frozen=True, kw_only=True):
    """One prompt and what came of it. `named` are indices into `points`, None where nobody checked them."""

    question: str
    topic: str
    level: str
    kind: str
    prompt: str
    point: int | None = None
    answer: str | None = None
    spoken: bool = False
    skipped: bool = False
    rating: int | None = None
    named: list[int] | None = None
    points: list[str] = []
    seconds: float = 0.0


class Proof(Struct, frozen=True, kw_only=True):
    """A race that was run during the interview, and what was said beforehand."""

    question: str
    predicted: str | None = None
    result: Result

    @property
    def was_predicted(self) -> bool:
        return self.predicted == self.result.outcome


def verdict(score: float) -> str:
    """What a score says in words."""
    return "strong" if score >= STRONG else "revise" if score < WEAK else "nearly there"


class QuestionScore(Struct, frozen=True, kw_only=True):
    """One question's share of what a good answer names, from 0 to 1, and what was missed."""

    question: str
    title: str
    topic: str
    level: str
    score: float
    seconds: float
    skipped: bool
    named: list[str] = []
    prompted: list[str] = []
    missed: list[str] = []

    @property
    def gist(self) -> str:
        return "skipped" if self.skipped else f"{self.score:.0%}"


class TopicScore(Struct, frozen=True, kw_only=True):
    topic: str
    score: float
    asked: int


class ScoreCard(Struct, frozen=True, kw_only=True):
    """The whole interview. Scores are from 0 to 1; `unreached` are the ids that there was no time for."""

    started_at: datetime
    minutes: float
    seconds: float
    level: str
    seed: int
    overall: float
    topics: list[TopicScore]
    questions: list[QuestionScore]
    unreached: list[str]
    turns: list[Turn]
    proofs: list[Proof] = []

    @property
    def weak(self) -> list[QuestionScore]:
        """Every question worth studying again, weakest first."""
        weak = [question for question in self.questions if question.score < STRONG]
        return sorted(weak, key=lambda question: question.score)

    def saved(self) -> SavedInterview:
        """The record to keep in the store."""
        return SavedInterview(started_at=self.started_at, card=msgspec.to_builtins(self))

    @classmethod
    def load(cls, record: SavedInterview) -> ScoreCard:
        proofs = [_with_result(proof, record.started_at) for proof in record.card.get("proofs", [])]
        return msgspec.convert({**record.card, "proofs": proofs}, cls)


def _with_result(proof: dict[str, Any], started_at: datetime) -> dict[str, Any]:
    """A proof as it is kept today; earlier cards have what a race came to among its own fields."""
    if "result" in proof:
        return proof
    used = re.fullmatch(r"model (?P<model>.*), data (?P<data>.*), seed (?P<seed>.*)", proof.get("source", ""))
    result: dict[str, Any] = {"started_at": started_at, "seconds": 0.0, "settings": {}}
    result |= {name: proof[name] for name in ("experiment", "outcome", "finding", "losses") if name in proof}
    if used:
        result["settings"] = used.groupdict()
    return {"question": proof["question"], "predicted": proof.get("predicted"), "result": result}


def score_card(turns: Sequence[Turn], titles: Mapping[str, str], **about: Any) -> ScoreCard:
    """The score of an interview's turns; `titles` by question, `about` are the card's own other fields."""
    asked: dict[str, list[Turn]] = {}
    for turn in turns:
        asked.setdefault(turn.question, []).append(turn)
    questions = [_question(titles.get(id, id), turns) for id, turns in asked.items()]
    return ScoreCard(
        overall=_mean([question.score for question in questions]),
        topics=_topics(questions),
        questions=questions,
        turns=list(turns),
        **about,
    )


def _question(name: str, turns: Sequence[Turn]) -> QuestionScore:
    first = turns[0]
    named = set(first.named or ())
    prompted = {i for turn in turns[1:] for i in turn.named or ()} - named
    points = first.points
    if first.skipped:
        score = 0.0
    elif first.named is None or not points:
        score = RATED.get(first.rating or 1, 0.0)
    else:
        score = (len(named) + PROMPTED * len(prompted)) / len(points)
    known = first.named is not None or first.skipped
    return QuestionScore(
        question=first.question,
        title=name,
        topic=first.topic,
        level=first.level,
        score=round(score, 3),
        seconds=round(sum(turn.seconds for turn in turns), 3),
        skipped=first.skipped,
        named=[points[i] for i in sorted(named)],
        prompted=[points[i] for i in sorted(prompted)],
        missed=[point for i, point in enumerate(points) if known and i not in named | prompted],
    )


def _topics(questions: Sequence[QuestionScore]) -> list[TopicScore]:
    groups: dict[str, list[QuestionScore]] = {}
    for question in questions:
        groups.setdefault(question.topic, []).append(question)
    return [
        TopicScore(
            topic=topic,
            score=_mean([question.score for question in group]),
            asked=len(group),
        )
        for topic, group in groups.items()
    ]


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
