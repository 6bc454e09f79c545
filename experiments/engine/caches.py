"""Caches of a run's own, empty as it begins: what it reads is what is on the disk.

datasets keeps what it has read of a folder under a name that may leave the files out, and evaluate a copy of
a metric's script under a digest that leaves out what follows a `#`. What came from the hub is named by its
commit, so it is linked in from where the libraries keep it.
"""

import os
from pathlib import Path

DATA = "HF_DATASETS_CACHE"
FROM_HUB = {DATA: "*___*", "HF_MODULES_CACHE": "evaluate_modules/*/*--*", "HF_METRICS_CACHE": None}
"""What the libraries call each cache, and how a folder in it is named whose content came from the hub."""


def renew(folder: Path, *, local_data: bool) -> None:
    """Give this process, and all that it starts, caches in this folder that nothing but the hub's own is in.

    local_data: whether the data is bundled or a folder; the hub's stays where the libraries keep it.

    Raises OSError.
    """
    for name, from_hub in FROM_HUB.items():
        if local_data or name != DATA:
            fresh = folder / name.lower()
            fresh.mkdir(parents=True)
            kept = _point(name, fresh)
            if from_hub and kept.is_dir():
                _link(kept, fresh, from_hub)


def move(folder: Path) -> None:
    """Go on with a copy of the caches, in this folder: what this process caches nobody else is to find."""
    for name in FROM_HUB:
        if (copied := folder / name.lower()).is_dir():
            _point(name, copied)


def _point(name: str, fresh: Path) -> Path:
    """Let the libraries use that folder. Gives the one that they used before."""
    import datasets.config
    import evaluate.config

    os.environ[name] = str(fresh)  # for processes that import them anew
    config = datasets.config if name == DATA else evaluate.config
    kept = Path(getattr(config, name))
    setattr(config, name, fresh)
    return kept


def _link(kept: Path, fresh: Path, pattern: str) -> None:
    for folder in filter(Path.is_dir, kept.glob(pattern)):
        link = fresh / folder.relative_to(kept)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder.resolve())
