"""Where viva's own files are, and how one is replaced."""

import os
from contextlib import suppress
from pathlib import Path


def home() -> Path:
    """The folder that progress and packs live in: `VIVA_HOME`, or the platform's folder for a user's data."""
    if chosen := os.environ.get("VIVA_HOME"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("viva", appauthor=False))


def cache_home() -> Path:
    """The folder of what can be made again: `VIVA_HOME/cache`, or the platform's folder for caches."""
    if os.environ.get("VIVA_HOME"):
        return home() / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("viva", appauthor=False))


def replace(path: Path, data: bytes) -> None:
    """Put the whole file there or leave what was there; it keeps its mode. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
