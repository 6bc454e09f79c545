"""Follows the bank's files and gives a newly loaded bank after each change."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from msgspec.structs import replace
from watchfiles import Change, awatch

from app.bank import packs
from app.bank.load import Bank, in_order, load

_QUIET = 50
_LONGEST = 400
"""Milliseconds: a save is taken in after this much quiet, or after this long at most."""


async def follow(paths: Iterable[Path], bank: Bank, stop: asyncio.Event | None = None) -> AsyncIterator[Bank]:
    """A new bank after every change of the files, until `stop` is set; `bank` is the one loaded before.

    A question whose file is broken now stays as it was when last it was good; the bank's problems say where.
    """
    paths = list(paths)
    stop = stop or asyncio.Event()
    while not stop.is_set():
        folders = _folders(paths)
        async for _ in awatch(
            *folders,
            watch_filter=_is_question_file,
            recursive=False,
            stop_event=stop,
            step=_QUIET,
            debounce=_LONGEST,
        ):
            bank = keep(bank, await asyncio.to_thread(load, paths))
            yield bank
            if _folders(paths) != folders:
                break  # a folder came or went: begin again with what there is now


def keep(before: Bank, after: Bank) -> Bank:
    """The bank after a change, with what a broken file had when last it was good."""
    kept: set[str] = set()
    broken = {problem.file for problem in after.problems if problem.severity == "error"}
    for question in before.questions:
        origin = before.origins[question.id]
        if question.id not in after.by_id and str(origin.file) in broken and origin.file.exists():
            kept.add(question.id)
            after.by_id[question.id] = question
            after.origins[question.id] = origin
            after.questions.append(question)
    for question in after.questions:
        if earlier := before.by_id.get(question.id):
            again = [name for name in earlier.follow_ups if name in kept and name not in question.follow_ups]
            after.by_id[question.id] = replace(question, follow_ups=[*question.follow_ups, *again])
    after.questions = in_order([after.by_id[question.id] for question in after.questions])
    return after


def _folders(paths: list[Path]) -> set[Path]:
    """The folders to look at: those of the paths and those that hold their files."""
    there = [path for path in paths if path.exists()]
    roots = {path if path.is_dir() else path.parent for path in there}
    return roots | {file.parent for path in there for file in packs.files(path)}


def _is_question_file(change: Change, path: str) -> bool:
    return path.endswith(packs.SUFFIXES)
