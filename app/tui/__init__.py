"""The terminal application: screens, widgets, the stylesheet."""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.faults.case import Case
    from app.lab.plan import Plan


def run_app(
    bank_paths: Sequence[Path] = (),
    interview: Mapping[str, Any] | None = None,
    look: "Plan | None" = None,
    case: "Case | None" = None,
) -> int:
    """Open the app on viva's own bank and the packs in `bank_paths`. Gives the exit code.

    interview: begin with one, drawn by `minutes`, `count`, `level` and `seed`.
    look: begin with looking into this, which has had the yes that it needs. case: begin with that one.
    """
    from app.tui.app import VivaApp
    from app.tui.context import open_context

    app = VivaApp(open_context(bank_paths), interview, look, case)
    gc.freeze()  # the bank stays as long as the app; collecting through it would stutter
    app.run()
    return app.return_code or 0
