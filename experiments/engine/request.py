"""What the app asks of a worker, as one JSON object a line."""

import os
from typing import Any

import msgspec

CAN_FORK = hasattr(os, "pidfd_open") and hasattr(os, "memfd_create")
"""Whether a worker forks here: it serves several variants then, and one request after the other."""
GO, GIVE_UP = b"true", b"false"
"""Lines that may follow a request: what is held is wanted, and nothing of it is wanted any more."""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Runs of one experiment.

    pages: the text that is run, by variant; the first variants matter most and run first.
    module: has the `observe` to call after each page, if any.
    lanes: how many variants run at the same time.
    together: what the pages have in common is run once where that is safe.
    interleaved: each waits for its name, a line on standard input, before each round of a loop over `batch`.
    local_data: the data is bundled or a folder, as the app sees it from where it was started.
    looking: the one page is not run to its end, but to wherever the commands that follow say.
    held: the first variant is run at low priority until its first round, all else waits for GO.
    """

    pages: dict[str, str]
    settings: dict[str, Any]
    experiment: str | None = None
    module: str | None = None
    threads: int = 1
    lanes: int = 1
    together: bool = True
    interleaved: bool = False
    local_data: bool = True
    looking: bool = False
    held: bool = False


class _Command(msgspec.Struct, tag_field="do", forbid_unknown_fields=True):
    """What a run that is looked into is to do next; it answers each with one `Looked`.

    names: what to look at where it stops; None: what stands on the line there.
    """

    names: list[str] | None = None


class Go(_Command, tag="go", kw_only=True):
    """Run, or go back, to the line, just before it is run in that round; None: for the first time."""

    line: int
    round: int | None = None


class Move(_Command, tag="move", kw_only=True):
    """Run, or go back, by so many places; 0 only looks. `opened`: and say what is inside the values."""

    by: int = 0
    opened: bool = False


class Record(_Command, tag="record", kw_only=True):
    """Run on by so many places, and tell the digests of all that the page holds at each."""

    places: int


class Finish(_Command, tag="finish"):
    """Run on to the end of the page."""


class Leave(_Command, tag="leave"):
    """End the run."""


Command = Go | Move | Record | Finish | Leave
decode_command = msgspec.json.Decoder(Command).decode
"""Raises msgspec.DecodeError for a line that is no command."""
