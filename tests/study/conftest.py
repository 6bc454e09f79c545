"""Questions, a clock that the test moves, and a store that is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bank.schema import KeyPoint, Named, Question
from app.study.store import Store


def asked(id: str, **fields: Any) -> Question:
    """A question of the bank; what is not said of it is the same of all."""
    common = {"level": "basic", "topic": "The data", "question": "What is it?", "answer": "It is `that`."}
    return Question(id=id, **{"key_points": [], **common, **fields})


def key_point(point: str, any: list[str], none: Sequence[str] = (), hint: str | None = None) -> KeyPoint:
    return KeyPoint(point=point, any=any, none=list(none), hint=hint)


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **step: float) -> datetime:
        self.at += timedelta(**step)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def make_clock() -> type[Clock]:
    return Clock


@pytest.fixture(scope="session")
def ask() -> Callable[..., Question]:
    return asked


@pytest.fixture(scope="session")
def point() -> Callable[..., KeyPoint]:
    return key_point


@pytest.fixture(scope="session")
def named() -> Callable[..., Named]:
    return lambda name: Named(name=name)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "progress.sqlite3", now=clock) as opened:
        yield opened
