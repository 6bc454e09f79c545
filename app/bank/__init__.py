"""The bank of questions: their schema, loading, problems with their places, search, packs."""

from pathlib import Path

import app

OWN = Path(app.__file__).resolve().parent.parent / "questions"
"""viva's own bank, in a checkout as in an installed package."""
