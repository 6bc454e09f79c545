"""Packs: questions of other people's, in folders or files. Adding one copies files and runs nothing."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.bank import OWN
from app.bank.schema import KEBAB
from app.files import home as own_home

SUFFIXES = (".yaml", ".yml")


class PackError(ValueError):
    """A pack that cannot be added or found; the message says why and what to do."""


class Pack(msgspec.Struct, frozen=True):
    """A folder or a file of questions. Their ids are `name/id`; viva's own bank has no name."""

    name: str | None
    path: Path


def home() -> Path:
    """Where packs that were added live: beside the user's progress."""
    return own_home() / "packs"


def of(path: Path) -> Pack:
    """The pack that a path stands for: viva's own bank, an added pack, or one named after the path."""
    resolved = path.resolve()
    if resolved.is_relative_to(OWN):
        return Pack(None, path)
    added = home().resolve()
    if resolved.is_relative_to(added) and resolved != added:
        return Pack(name_of(added / resolved.relative_to(added).parts[0]), path)
    return Pack(name_of(resolved), path)


def name_of(path: Path) -> str:
    """A pack's name in kebab-case, from its folder's or file's."""
    stem = path.stem if path.suffix in SUFFIXES else path.name
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "pack"


def added() -> list[Pack]:
    """The packs in the data directory, by name."""
    try:
        entries = sorted(home().iterdir())
    except OSError:
        return []
    packs = (Pack(name_of(entry), entry) for entry in entries if entry.is_dir() or entry.suffix in SUFFIXES)
    return [pack for pack in packs if not pack.path.name.startswith(".")]


def sources(extra: Iterable[Path] = ()) -> list[Path]:
    """What the app loads: viva's own bank, the packs that were added, and the paths given for this once."""
    return [OWN, *(pack.path for pack in added()), *extra]


def files(path: Path) -> list[Path]:
    """The YAML files of a path, in the order of their names; hidden files and folders are left out."""
    if not path.is_dir():
        return [path]
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        wanted = (name for name in names if name.endswith(SUFFIXES) and not name.startswith("."))
        found += [file for name in wanted if (file := Path(folder, name)).is_file()]
    return sorted(found)


def add(path: Path, name: str | None = None) -> Pack:
    """Copy the YAML files of a folder, or one file, into the data directory. Nothing in them is run.

    Raises PackError where there is nothing to add, the name is not kebab-case or taken, or the disk refuses.
    """
    name = name or name_of(path.resolve())
    if not re.fullmatch(KEBAB, name):
        raise PackError(f"{name!r} cannot be a pack's name; use kebab-case, such as my-team")
    if not path.exists():
        raise PackError(f"{path} does not exist")
    if any(pack.name == name for pack in added()):
        raise PackError(f"a pack called {name!r} is there already; remove it first, or give another name")
    wanted = [file for file in files(path) if file.suffix in SUFFIXES]
    if not wanted:
        raise PackError(f"{path} has no YAML files (.yaml, .yml) in it")
    target, partial = home() / name, home() / f".{name}.{os.getpid()}"
    try:
        for file in wanted:
            place = partial / (file.relative_to(path) if path.is_dir() else file.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
        partial.rename(target)
    except OSError as error:
        raise PackError(f"{path} could not be copied to {target}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Pack(name, target)


def remove(name: str) -> Path:
    """Delete a pack's files from the data directory; progress on its questions stays. Returns where it was.

    Raises PackError where no pack has that name or the disk refuses.
    """
    from experiments.engine.near import nearest

    found = {pack.name: pack.path for pack in added() if pack.name}
    if name not in found:
        hint = nearest(name, found)
        raise PackError(f"no pack is called {name!r}" + (f"; {hint}" if hint else ""))
    path = found[name]
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise PackError(f"{path} could not be removed: {error.strerror or error}") from None
    return path
