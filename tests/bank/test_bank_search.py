"""Search as one types."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank.load import load
from app.bank.search import Search
from tests.bank.making import file, question

Write = Callable[..., Path]


@pytest.fixture
def search(write: Write) -> Search:
    def asked(id: str, text: str, answer: str, more: str = "") -> str:
        made = question(id, more).replace("What does [CLS] stand for?", text)
        return made.replace("It stands for the classification token.", answer)

    return Search(
        load(
            [
                write(
                    file(
                        asked(
                            "padding",
                            "Why is a batch filled up?",
                            "Because tensors are rectangular.",
                            "number: 18",
                        ),
                        asked(
                            "collator", "What does padding cost?", "'Tokens, as in [PAD].'", "tags: [speed]"
                        ),
                        asked(
                            "masks", "What hides them?", "The attention mask hides padding from the model."
                        ),
                        asked("warmup", "What is a warm-up?", "The rate grows for 18 steps of P[Y=1|x]."),
                    )
                )
            ]
        ).questions
    )


def ids(search: Search, query: str) -> list[str]:
    return [found.id.removeprefix("file/") for found in search.find(query)]


def test_the_nearest_come_first(search: Search) -> None:
    assert ids(search, "padding") == ["padding", "collator", "masks"]
    assert ids(search, "18") == ["padding", "warmup"]


def test_every_word_has_to_be_found(search: Search) -> None:
    assert ids(search, "padding attention") == ["masks"]
    assert ids(search, "PADDING  cost") == ["collator"]


def test_tags_topic_and_level_are_searched(search: Search) -> None:
    assert ids(search, "speed") == ["collator"]
    assert len(ids(search, "basic")) == len(ids(search, "tokens")) == 4


def test_markup_and_patterns_are_plain_text(search: Search) -> None:
    assert ids(search, "[pad]") == ["collator"]
    assert ids(search, "p[y=1|x]") == ["warmup"]
    assert ids(search, ".*") == []


def test_nothing_typed_gives_everything_in_order(search: Search) -> None:
    assert ids(search, "  ") == ["padding", "collator", "masks", "warmup"]
    assert len(search.find("", limit=2)) == 2


def test_typing_on_and_back_gives_what_a_fresh_search_gives(search: Search, write: Write) -> None:
    typed = "padding mask"
    steps = [typed[:end] for end in range(1, len(typed) + 1)]
    onwards = [ids(search, step) for step in steps]
    backwards = [ids(search, step) for step in reversed(steps)]
    assert onwards == backwards[::-1]


def test_a_slip_of_the_finger_still_finds(search: Search) -> None:
    assert ids(search, "colltor")[0] == "collator"
    assert ids(search, "qqqqqqq") == []
