"""What the app asks of a worker, as one JSON object a line."""

from typing import Any

import msgspec


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One run. `page` is the text that is run; `module` has the `observe` to call after it, if any.

    `interleaved`: wait for a line on standard input before each round of a loop over `batch`.
    `local_data`: the data is bundled or a folder, as the app sees it from where it was started.
    """

    variant: str
    page: str
    settings: dict[str, Any]
    experiment: str | None = None
    module: str | None = None
    diff: str = ""
    threads: int = 1
    interleaved: bool = False
    local_data: bool = True
