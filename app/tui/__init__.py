"""The terminal application: screens, widgets, the stylesheet."""

from collections.abc import Sequence
from pathlib import Path


def run_app(bank_paths: Sequence[Path] = ()) -> int:
    """Open the app on viva's own bank and the packs in `bank_paths`. Gives the exit code."""
    from app.tui.app import VivaApp
    from app.tui.context import open_context

    app = VivaApp(open_context(bank_paths))
    app.run()
    return app.return_code or 0
