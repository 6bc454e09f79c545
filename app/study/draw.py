"""Which questions an interview asks: a mix of levels that leans towards what is weak, the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from app.bank.schema import Question
from experiments.engine.near import nearest

#: The share of each level in a mixed interview, in the order in which they are asked.
MIX = {"basic": 0.2, "intermediate": 0.3, "advanced": 0.35, "debugging": 0.15}


def draw(
    questions: Sequence[Question],
    *,
    count: int,
    minutes: float,
    level: str,
    seed: int,
    weakness: Mapping[str, float],
) -> list[Question]:
    """Draw up to `count` questions, from basic to debugging. See `interview.plan` for the arguments."""
    if count < 1 or minutes <= 0:
        raise ValueError(
            f"an interview needs at least one question and some time, not {count} and {minutes} min"
        )
    levels = sorted({question.level for question in questions}, key=_rank)
    if level != "mixed" and level not in levels:
        hint = nearest(level, ["mixed", *levels])
        there = f"no question has the level {level!r}; there are mixed, {', '.join(levels)}"
        raise ValueError(f"{there}; {hint}" if hint else there)
    rng = random.Random(seed)
    ranked = {
        name: _shuffled([q for q in questions if q.level == name], weakness, rng)
        for name in levels
        if level in ("mixed", name)
    }
    quotas = _quotas({name: len(pool) for name, pool in ranked.items()}, count)
    return [question for name, pool in ranked.items() for question in pool[: quotas[name]]]


def _shuffled(pool: list[Question], weakness: Mapping[str, float], rng: random.Random) -> list[Question]:
    """A random order in which a weak card tends to come early: a weighted draw without replacement.

    Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006: order by u^(1/w).
    """
    keys = {}
    for question in sorted(pool, key=lambda question: question.id):
        weight = 0.2 + min(1.0, max(0.0, weakness.get(question.id, 0.5)))
        keys[question.id] = rng.random() ** (1 / weight)
    return sorted(pool, key=lambda question: -keys[question.id])


def _quotas(available: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of each level: one at a time, to the level furthest behind its share that has any left."""
    quotas = dict.fromkeys(available, 0)
    for taken in range(min(count, sum(available.values()))):
        open_levels = [name for name in available if quotas[name] < available[name]]
        behind = max(
            open_levels, key=lambda name: (MIX.get(name, 0.2) * (taken + 1) - quotas[name], -_rank(name))
        )
        quotas[behind] += 1
    return quotas


def _rank(level: str) -> int:
    return list(MIX).index(level) if level in MIX else len(MIX)
