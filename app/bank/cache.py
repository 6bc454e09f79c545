"""Questions that were read before, by the content of their file. Losing it costs time and nothing else."""

import functools
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from app import files
from app.bank.schema import Question
from experiments.engine import experiment

CODE = [Path(__file__).with_name(f"{module}.py") for module in ("load", "reader", "schema")]
CODE.append(Path(experiment.__file__))
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Question])


def folder() -> Path:
    """Where the cache lives."""
    return files.cache_home() / "bank"


def digest(content: bytes, pack: str | None) -> bytes:
    """What a file's questions hang on: its content, its pack, and the code that reads it."""
    return sha256(sha256(_code() + repr(pack).encode()).digest() + sha256(content).digest()).digest()


def get(file: Path, key: bytes) -> list[Question] | None:
    """The questions kept under this digest; None where there are none, or none that can be read."""
    try:
        kept = memoryview(_place(file).read_bytes())
        return _decoder.decode(kept[len(key) :]) if kept[: len(key)] == key else None
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def put(file: Path, key: bytes, questions: list[Question]) -> None:
    """Keep a file's questions, in place of what was kept of it before; a disk that refuses is ignored."""
    place = _place(file)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        files.replace(place, key + _encoder.encode(questions))


def _place(file: Path) -> Path:
    return folder() / f"{sha256(os.fsencode(file)).hexdigest()[:32]}.msgpack"


@functools.cache
def _code() -> bytes:
    """Changes with the code that reads questions, so that a new version never trusts what an old one read."""
    code = sha256()
    for file in CODE:
        with suppress(OSError):
            code.update(file.read_bytes())
    return code.digest()
