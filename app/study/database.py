"""One SQLite file: opened, brought up to date, set aside where it is damaged, and written in transactions."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from .disk import StoreError, explain, is_corrupt
from .migrations import Migration

BUSY_SECONDS = 10.0


class _Corrupt(Exception):
    """The file is no readable SQLite database."""


class Database:
    """One open database, safe to share between threads; `path` None is one in memory.

    A corrupt file is set aside under another name, a new one is begun, and `notices` says so.
    Raises StoreError when the file cannot be opened, migrated, read or written.
    """

    def __init__(
        self, path: Path | None, now: Callable[[], datetime], migrations: tuple[Migration, ...]
    ) -> None:
        self.path = path
        self.notices: list[str] = []
        self._now = now
        self._migrations = migrations
        self._lock = threading.RLock()
        if path is None:
            self._db = _connect(":memory:")
            self._migrate()
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {path.parent} cannot be made ({error.strerror}). "
                "Set VIVA_HOME to a folder that you can write to."
            ) from error
        try:
            self._open(path)
        except _Corrupt as error:
            try:
                self._set_aside(path, str(error))
                self._open(path)
            except (OSError, _Corrupt) as again:
                raise StoreError(
                    f"{path} cannot be read ({error}) and could not be set aside ({again}). "
                    "Move it away yourself, or set VIVA_HOME to another folder."
                ) from again

    def _open(self, path: Path) -> None:
        with self.explained():
            self._db = _connect(str(path))
        try:
            self._enter_wal()
            if (damage := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise _Corrupt(damage)
            self._migrate()
        except (_Corrupt, StoreError):
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            if is_corrupt(error):
                raise _Corrupt(str(error)) from error
            raise explain(error, self.path) from error

    def _enter_wal(self) -> None:
        """Write-ahead logging, synced at every commit: a rating survives a power cut as well as a kill."""
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:  # SQLite does not wait for this one lock by itself
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
        self._db.execute("PRAGMA synchronous = FULL")

    @property
    def version(self) -> int:
        """How many migrations it has had."""
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _migrate(self) -> None:
        latest = len(self._migrations)
        if (found := self.version) == latest:
            return
        if found > latest:
            raise StoreError(
                f"{self.path} was written by a newer viva (store version {found}, this one knows {latest}). "
                "Upgrade viva, or set VIVA_HOME to another folder."
            )
        with self.writing() as db:
            found = self.version  # another process may have migrated it while this one waited
            if 0 < found < latest:
                self._back_up(found)
            for migration in self._migrations[found:]:
                for statement in migration:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {latest}")

    def _back_up(self, version: int) -> None:
        assert self.path is not None
        target = self._free_name(self.path, f"backup-v{version}")
        with _connect(str(self.path)) as source, _connect(str(target)) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        self.notices.append(
            f"Progress was brought up to date; the file as it was before is kept as {target}."
        )

    def _set_aside(self, path: Path, why: str) -> None:
        target = self._free_name(path, "corrupt")
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{target}{suffix}")
        backups = sorted(path.parent.glob(f"{path.name}.backup-*"))
        advice = f" The last backup is {backups[-1]}." if backups else ""
        self.notices.append(
            f"The progress file could not be read ({why}). "
            f"It is kept as {target}, and a new one was begun.{advice}"
        )

    def _free_name(self, path: Path, word: str) -> Path:
        stem = f"{path}.{word}-{self._now():%Y%m%dT%H%M%SZ}"
        target, n = Path(stem), 1
        while target.exists():
            n += 1
            target = Path(f"{stem}-{n}")
        return target

    def copy_from(self, path: Path) -> None:
        """Take over what a read-only file holds, so that a person at least sees their progress."""
        with tempfile.TemporaryDirectory() as folder, suppress(OSError, sqlite3.Error, StoreError):
            taken = Path(folder) / path.name
            for suffix in ("", "-wal"):
                if Path(f"{path}{suffix}").exists():
                    shutil.copy(f"{path}{suffix}", f"{taken}{suffix}")
            copy = Database(taken, self._now, self._migrations)
            copy._db.backup(self._db)
            copy.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # Using -----------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, or a part of the one that is open: all of it is written, or nothing."""
        with self._lock, self.explained():
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def explained(self) -> Iterator[None]:
        """What SQLite raises, as a StoreError that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            if isinstance(error, sqlite3.DatabaseError) and is_corrupt(error):
                raise StoreError(
                    f"{self.path} became unreadable while viva was using it ({error}). "
                    "Start viva again: the file will be set aside, not deleted."
                ) from error
            raise explain(error, self.path) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nothing is written meanwhile by another thread."""
        with self._lock, self.explained():
            yield

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        return self._db.execute(statement, values)

    def rows(self, query: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
        """What a query finds; where damage left text that is none, all text as bytes."""
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
        self._db.text_factory = _text_or_bytes
        try:
            return self._db.execute(query, values).fetchall()
        finally:
            self._db.text_factory = str


def _connect(name: str) -> sqlite3.Connection:
    db = sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
