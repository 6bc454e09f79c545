"""What can go wrong with a file on a disk, in words that say what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class StoreError(Exception):
    """Progress could not be read or written; the message says what happened and what to do."""


def explain(error: sqlite3.Error, path: Path | None) -> StoreError:
    """What SQLite says, as what happened and what to do. `path` None is a store in memory."""
    where = path or "memory"
    elsewhere = "or set VIVA_HOME to another folder"
    advice = {
        sqlite3.SQLITE_FULL: f"The disk with {where} is full. Free some space, then do it again.",
        sqlite3.SQLITE_READONLY: f"{where} is read-only. Make it writable, {elsewhere}.",
        sqlite3.SQLITE_CANTOPEN: f"{where} cannot be opened. Check its folder, {elsewhere}.",
        sqlite3.SQLITE_PERM: f"{where} may not be used. Make it writable, {elsewhere}.",
        sqlite3.SQLITE_BUSY: f"Another program keeps {where} locked. Close it, then do it again.",
        sqlite3.SQLITE_IOERR: f"The disk with {where} failed. Check the disk, then do it again.",
    }
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return StoreError(advice.get(code, f"{where} could not be used ({error})."))


def is_corrupt(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is damaged, or no database at all."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
