"""A mock interview without a screen: what is asked, the clock, what was missed, and the score.

It is driven from outside: show `current`, then call `answer`, `self_rate` or `skip`, until it is None.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.answers.grading import Grade, grade
from app.answers.words import cloze
from app.bank.schema import Question

from .draw import draw
from .records import RATINGS, utc_now
from .scorecard import Proof, ScoreCard, Turn, score_card

MAX_PROBES = 2
MAX_FOLLOW_UPS = 1

Kind = Literal["question", "probe", "follow_up"]


class Clock:
    """Counts the seconds of an interview, less the pauses; never stops anybody mid-answer."""

    def __init__(self, minutes: float, now: Callable[[], datetime] = utc_now) -> None:
        self.total = minutes * 60
        self._now = now
        self._counted = 0.0
        self._since: datetime | None = now()

    @property
    def elapsed(self) -> float:
        running = (self._now() - self._since).total_seconds() if self._since else 0.0
        return self._counted + max(0.0, running)

    @property
    def remaining(self) -> float:
        return max(0.0, self.total - self.elapsed)

    @property
    def paused(self) -> bool:
        return self._since is None

    def pause(self) -> None:
        self._counted, self._since = self.elapsed, None

    def resume(self) -> None:
        if self._since is None:
            self._since = self._now()


@dataclass(frozen=True)
class Prompt:
    """What is asked now. `text` is Markdown; a `probe` asks about one key point that the answer missed."""

    question: Question
    kind: Kind
    text: str
    number: int
    of: int
    point: int | None = None


class Interview:
    """One interview over `questions` that were drawn from `bank`, in their order.

    When the time is up the prompt on the table may still be answered; then the interview is over.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        bank: Sequence[Question] = (),
        minutes: float = 20,
        level: str = "mixed",
        seed: int = 0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.questions = list(questions)
        self.clock = Clock(minutes, now)
        self.minutes, self.level, self.seed = minutes, level, seed
        self.started_at = now()
        self.turns: list[Turn] = []
        self.proofs: list[Proof] = []
        self.bank = {question.id: question for question in (*bank, *questions)}
        self._asked = {question.id for question in questions}
        self._number = 0
        self._waiting: list[Prompt] = []
        self._begun_at = 0.0
        self.current: Prompt | None = None
        self._next()

    # Answering -----------------------------------------------------------------------------------------

    def grade(self, text: str) -> Grade:
        """What a typed answer would be worth, not handed in yet: `Grade.said` settles what is `perhaps`."""
        prompt = self._open()
        question = prompt.question
        if prompt.point is None:
            return grade(text, question.key_points, traps=question.traps)
        return grade(text, [question.key_points[prompt.point]], traps=question.traps)

    def answer(self, text: str, rating: int | None = None, graded: Grade | None = None) -> Grade:
        """A typed answer: graded, timed, and followed up where it missed something.

        `rating` overrules the suggested one, `graded` is the grade where it is settled already. Raises
        `RuntimeError` when nothing is being asked.
        """
        prompt = self._open()
        graded = graded or self.grade(text)
        named = [i for i, result in enumerate(graded.points) if result.hit]
        if prompt.point is not None:
            named = [prompt.point] if named else []
        told = {wrong.truth for wrong in graded.wrong}
        self._record(prompt, text=text, rating=rating or graded.suggested, named=named, told=told)
        return graded

    def self_rate(self, rating: int, named: Sequence[int] | None = None) -> None:
        """A spoken answer, rated 1 to 4 by the person; `named` are the key points that they ticked.

        Raises `ValueError` for another rating, `RuntimeError` when nothing is being asked.
        """
        if rating not in RATINGS:
            raise ValueError(f"a rating is 1 to 4, not {rating!r}")
        prompt = self._open()
        if prompt.point is not None and named is None:
            named = [prompt.point] if rating >= 3 else []
        self._record(prompt, rating=rating, named=None if named is None else list(named), spoken=True)

    def skip(self) -> None:
        """Go on to the next question; what is left of this one is not asked."""
        prompt = self._open()
        self._waiting.clear()
        self._record(prompt, skipped=True)

    def prove(self, proof: Proof) -> None:
        """Keep what an experiment showed, for the report."""
        self.proofs.append(proof)

    def pause(self) -> None:
        self.clock.pause()

    def resume(self) -> None:
        self.clock.resume()

    def end(self) -> None:
        """Stop here; what was not reached is said so on the score card."""
        self.current = None
        self._waiting.clear()

    @property
    def finished(self) -> bool:
        return self.current is None

    def score(self) -> ScoreCard:
        """The score card of what was asked so far."""
        answered = {turn.question for turn in self.turns}
        return score_card(
            self.turns,
            {question.id: question.title for question in self.bank.values()},
            started_at=self.started_at,
            minutes=self.minutes,
            seconds=round(self.clock.elapsed, 3),
            level=self.level,
            seed=self.seed,
            unreached=[question.id for question in self.questions if question.id not in answered],
            proofs=list(self.proofs),
        )

    def ratings(self) -> list[Turn]:
        """The turns that count as reviews: every whole question that was answered, with its rating."""
        return [turn for turn in self.turns if turn.kind != "probe" and turn.rating and not turn.skipped]

    # How -----------------------------------------------------------------------------------------------

    def _open(self) -> Prompt:
        if self.current is None:
            raise RuntimeError("the interview is over")
        return self.current

    def _record(
        self,
        prompt: Prompt,
        *,
        text: str | None = None,
        rating: int | None = None,
        named: list[int] | None = None,
        spoken: bool = False,
        skipped: bool = False,
        told: Collection[str] = (),
    ) -> None:
        elapsed = self.clock.elapsed
        turn = Turn(
            question=prompt.question.id,
            topic=prompt.question.topic,
            level=prompt.question.level,
            kind=prompt.kind,
            prompt=prompt.text,
            point=prompt.point,
            answer=text,
            spoken=spoken,
            skipped=skipped,
            rating=rating,
            named=named,
            points=[point.point for point in prompt.question.key_points],
            seconds=round(elapsed - self._begun_at, 3),
        )
        self.turns.append(turn)
        if prompt.kind == "question" and not skipped:
            self._waiting = self._follow_ups(prompt, named, told)
        self._next()

    def _follow_ups(self, prompt: Prompt, named: list[int] | None, told: Collection[str]) -> list[Prompt]:
        """First what the answer missed and nobody `told` since, then where the question itself leads."""
        question = prompt.question
        missed = [] if named is None else to_ask(question, named, told)
        found = [
            Prompt(question, "probe", probe(question, i), prompt.number, prompt.of, i)
            for i in missed[:MAX_PROBES]
        ]
        onward = [self.bank[id] for id in question.follow_ups if id in self.bank and id not in self._asked]
        for follow_up in onward[:MAX_FOLLOW_UPS]:
            self._asked.add(follow_up.id)
            found.append(Prompt(follow_up, "follow_up", follow_up.question, prompt.number, prompt.of))
        return found

    def _next(self) -> None:
        self._begun_at = self.clock.elapsed
        self.current = None
        if self.clock.remaining <= 0:
            self._waiting.clear()
        elif self._waiting:
            self.current = self._waiting.pop(0)
        elif self._number < len(self.questions):
            question = self.questions[self._number]
            self._number += 1
            self.current = Prompt(question, "question", question.question, self._number, len(self.questions))


def to_ask(question: Question, named: Collection[int], told: Collection[str] = ()) -> list[int]:
    """The points to ask further about, in their order: not named, and not told when something was wrong."""
    points = enumerate(question.key_points)
    return [i for i, point in points if i not in named and point.point not in told]


def further(question: Question, graded: Grade) -> str | None:
    """The interviewer's next question after a grade; None where nothing is left to ask."""
    named = {i for i, result in enumerate(graded.points) if result.hit}
    left = to_ask(question, named, {wrong.truth for wrong in graded.wrong})
    return probe(question, left[0]) if left else None


def probe(question: Question, point: int) -> str:
    """A question about one missed key point that does not give it away: its hint, or the point with gaps."""
    key_point = question.key_points[point]
    if key_point.hint:
        return key_point.hint
    return f"There is more to it. Can you complete this: “{cloze(key_point.point, key_point.any)}”?"


def plan(
    questions: Sequence[Question],
    *,
    minutes: float = 20,
    count: int = 8,
    level: str = "mixed",
    seed: int = 0,
    weakness: Mapping[str, float] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Interview:
    """An interview over `count` of `questions`, the same for the same seed, weakness and bank.

    `weakness` gives a card from 0 (sure) to 1 (weak); weak ones are drawn more often. Raises `ValueError`
    for a level that no question has, or for a count or minutes that are not positive.
    """
    drawn = draw(questions, count=count, minutes=minutes, level=level, seed=seed, weakness=weakness or {})
    return Interview(drawn, bank=questions, minutes=minutes, level=level, seed=seed, now=now)
