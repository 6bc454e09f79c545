"""Files that are followed: a change comes through, a broken file keeps what it had."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app.bank.load import load
from app.bank.watch import follow, keep
from tests.bank.making import file, question

Write = Callable[..., Path]


async def test_a_saved_change_comes_through(write: Write) -> None:
    path = write(file())
    followed = follow([path.parent], load([path.parent]))
    coming = asyncio.ensure_future(anext(followed))
    change = asyncio.ensure_future(_rewrite(path, file().replace("[CLS]", "[SEP]"), coming))
    bank = await asyncio.wait_for(coming, 20)
    await change
    assert bank.questions[0].question == "What does [SEP] stand for?"
    await followed.aclose()


async def test_following_ends_when_told_to(write: Write) -> None:
    path = write(file())
    stop = asyncio.Event()
    stop.set()
    assert [bank async for bank in follow([path.parent], load([path.parent]), stop)] == []


async def _rewrite(path: Path, text: str, until: asyncio.Future) -> None:
    """Save again and again until it is noticed: there is no telling when the watching has begun."""
    while not until.done():
        await asyncio.to_thread(path.write_text, text)
        await asyncio.wait([until], timeout=0.2)


def test_a_broken_file_keeps_its_last_good_version(write: Write) -> None:
    path = write(file(question("one"), question("two")), "team/a.yaml")
    write(file(question("three", "follow_ups: [two]")), "team/b.yaml")
    before = load([path.parent])
    path.write_text("questions: [")
    after = keep(before, load([path.parent]))
    assert sorted(after.by_id) == ["team/one", "team/three", "team/two"]
    assert {found.id for found in after.questions} == after.by_id.keys()
    assert after.by_id["team/three"].follow_ups == ["team/two"]
    assert [problem.rule for problem in after.problems] == ["syntax"]


def test_a_broken_question_keeps_its_last_good_version_beside_changed_ones(write: Write) -> None:
    path = write(file(question("one"), question("two")))
    before = load([path])
    path.write_text(
        file(question("one"), question("two").replace("level: basic", "level: x")).replace("[CLS]", "[X]")
    )
    after = keep(before, load([path]))
    assert after.by_id["file/one"].question == "What does [X] stand for?"
    assert after.by_id["file/two"].question == "What does [CLS] stand for?"


def test_what_was_deleted_from_a_good_file_is_gone(write: Write) -> None:
    path = write(file(question("one"), question("two")))
    before = load([path])
    path.write_text(file(question("one")))
    assert list(keep(before, load([path])).by_id) == ["file/one"]
    path.unlink()
    assert keep(before, load([path.parent])).questions == []
