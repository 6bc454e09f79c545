"""Questions, a clock that the test moves, and a store that is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.study.store import Store


@dataclass
class Point:
    point: str
    any: list[str]
    none: list[str] = field(default_factory=list)
    hint: str | None = None


@dataclass
class Named:
    name: str


@dataclass
class Question:
    id: str
    number: int | None = None
    level: str = "basic"
    topic: str = "The data"
    tags: list[str] = field(default_factory=list)
    question: str = "What is it?"
    answer: str = "It is `that`."
    key_points: list[Point] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)
    traps: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    experiment: Any = None
    sources: list[str] = field(default_factory=list)


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
    return Question


@pytest.fixture(scope="session")
def point() -> Callable[..., Point]:
    return Point


@pytest.fixture(scope="session")
def named() -> Callable[..., Named]:
    return Named


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "progress.sqlite3", now=clock) as opened:
        yield opened
