"""What the study core needs to know of a question; `app.bank` supplies objects of this shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class KeyPoint(Protocol):
    """One thing that a good answer names, and the phrasings that count as naming it."""

    @property
    def point(self) -> str: ...
    @property
    def any(self) -> Sequence[str]: ...


class Question(Protocol):
    """A card: `id` is what progress hangs on, all texts are Markdown."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def level(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def key_points(
        self,
    ) -> Sequence[Any]: ...  # of KeyPoint; Any, as a list of Structs is no list of Protocols
    @property
    def follow_ups(self) -> Sequence[str]: ...
    @property
    def traps(self) -> Sequence[str]: ...
    @property
    def hints(self) -> Sequence[str]: ...
    @property
    def experiment(self) -> Any: ...  # something with .name, or None
    @property
    def sources(self) -> Sequence[str]: ...


def title(question: Question) -> str:
    """The question's first line, without its Markdown back-ticks, for lists and headings."""
    return (
        question.question.strip().splitlines()[0].replace("`", "")
        if question.question.strip()
        else question.id
    )
