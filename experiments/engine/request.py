"""What the app asks of a worker, as one JSON object a line."""

from typing import Any

import msgspec


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Runs of one experiment.

    pages: the text that is run, by variant; the first variants matter most and run first.
    module: has the `observe` to call after each page, if any.
    lanes: how many variants run at the same time.
    together: what the pages have in common is run once where that is safe.
    interleaved: each waits for its name, a line on standard input, before each round of a loop over `batch`.
    local_data: the data is bundled or a folder, as the app sees it from where it was started.
    held: the first variant is run at low priority until its first round, all else waits for a line `true`.
        At a line `false` none of it is wanted any more.
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
    held: bool = False
