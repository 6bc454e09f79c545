"""Progress as JSON lines, to move between machines: a record a line, merged by identity, none overwritten."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from app import files
from app.text import json_clean

from .records import Flags, Prediction, Record, Result, Retraction, Review, SavedInterview, Setting
from .store import Store

FORMAT = 2
KINDS: tuple[type[Record], ...] = (Review, Retraction, Flags, Result, Prediction, SavedInterview, Setting)


class Header(
    Struct, frozen=True, kw_only=True, tag_field="kind", tag="viva-progress", forbid_unknown_fields=True
):
    """The first line of a progress file."""

    version: int
    exported_at: datetime


Line = Header | Review | Retraction | Flags | Result | Prediction | SavedInterview | Setting


class ProgressError(Exception):
    """A progress file that cannot be read or written; `problems` has one `file:line: what` each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Imported:
    """How many records of a file were new, and how many were there already and stayed as they were."""

    new: int
    known: int


def export_progress(store: Store, path: Path, exported_at: datetime) -> int:
    """Write everything but trust to `path`; returns the number of records. The file is whole or not there."""
    records = [record for kind in KINDS for record in store.all(kind)]
    lines = [
        msgspec.json.encode(line) for line in (Header(version=FORMAT, exported_at=exported_at), *records)
    ]
    write_whole(path, json_clean((b"\n".join(lines) + b"\n").decode()).encode())
    return len(records)


def import_progress(store: Store, path: Path) -> Imported:
    """Add what `path` has and the store has not, all of it or nothing.

    Raises `ProgressError` naming every bad line; then nothing was imported and the store is as it was.
    """
    records = read_progress(path)
    new = store.add(*records)
    return Imported(new=new, known=len(records) - new)


def read_progress(path: Path) -> list[Record]:
    """The records of a progress file. Raises `ProgressError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProgressError([f"{path}: cannot be read ({error.strerror})"]) from error
    decode = msgspec.json.Decoder(Line).decode
    records: list[Record] = []
    problems: list[str] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problems.append(f"{path}:{number}: {_explained(error)}")
            continue
        if not isinstance(found, Header):
            records.append(found)
        elif found.version > FORMAT:
            problems.append(
                f"{path}:{number}: written by a newer viva (format {found.version}); upgrade viva"
            )
    if problems:
        raise ProgressError(problems)
    return records


def _explained(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"not a progress record: {str(error)[:1].lower()}{str(error)[1:]}"
    return f"not a line of JSON ({error}); correct or delete this line, then import again"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; what is no regular file is written through.

    Behind a symbolic link it is the link's target that is written. Raises `ProgressError` with what to do.
    """
    try:
        if (descriptor := _descriptor(path)) is not None:
            sys.stdout.flush()
            _write_through(os.dup(descriptor), data)
        elif path.exists() and not path.is_file() and not path.is_dir():
            _write_through(os.open(path, os.O_WRONLY), data)
        else:
            files.replace(path.resolve(), data)
    except OSError as error:
        raise ProgressError([f"{path}: cannot be written ({error.strerror}); name another place"]) from error


def is_stream(path: Path) -> bool:
    """Whether what is written there goes on to somebody: a pipe, a terminal, a device."""
    return _descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def _descriptor(path: Path) -> int | None:
    """The descriptor of this process that a path such as `/dev/stdout` stands for."""
    named = {"/dev/stdout": 1, "/dev/stderr": 2}.get(str(path))
    found = re.fullmatch(r"/(?:dev|proc/self)/fd/(\d+)", str(path))
    return int(found[1]) if found else named


def _write_through(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
