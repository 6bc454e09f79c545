"""What a yes to a question's own code is for: all that decides what runs, the files it names included."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.bank.schema import Inline


def content_hash(inline: Inline) -> str:
    """The SHA-256 of the settings, of each variant's settings and edits, and of the folders that they name.

    A folder's files count by path, size and times: any change of them is other content, found at once
    however large they are.
    """
    content = {
        "set": sorted(inline.set.items()),
        "variants": [
            (name, sorted(variant.set.items()), [(edit.old, edit.new) for edit in variant.edits])
            for name, variant in inline.variants.items()
        ],
        "interleaved": inline.interleaved,
        "folders": [_files(inline.set.get(name)) for name in ("model", "data")],
    }
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _files(name: object) -> list[tuple[str, int, int, int]] | None:
    """Each file of a folder with its size and times, those behind symbolic links too; None for no folder."""
    try:
        folder = Path(str(name)).expanduser().resolve()
        return sorted(_walked(folder)) if name is not None and folder.is_dir() else None
    except (OSError, RuntimeError):  # too long, not ours to see, no such user
        return None


def _walked(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    walked: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(here)) in walked:
            folders.clear()  # a link that leads back
            continue
        walked.add(real)
        for file in files:
            path = os.path.join(here, file)  # noqa: PTH118
            found = os.stat(path) if os.path.exists(path) else os.lstat(path)  # noqa: PTH110, PTH116
            yield path, found.st_size, found.st_mtime_ns, found.st_ctime_ns
