"""Progress in one SQLite file: an append-only log of reviews, and what else must be there tomorrow.

A rating is one transaction, on disk before the call returns. Several processes may use one store at once.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.files import home

from .disk import StoreError as StoreError
from .disk import explain, is_corrupt
from .migrations import MIGRATIONS, Migration
from .records import (
    Flags,
    Prediction,
    Record,
    Result,
    Retraction,
    Review,
    SavedInterview,
    Setting,
    Trust,
    utc_now,
)

FILE_NAME = "progress.sqlite3"
BUSY_SECONDS = 10.0

R = TypeVar("R", bound=Record)

#: Where each record lives: its table and the column that identifies it.
TABLES: dict[type[Record], tuple[str, str]] = {
    Review: ("reviews", "id"),
    Retraction: ("retractions", "review"),
    Flags: ("flags", "card"),
    Result: ("runs", "id"),
    Prediction: ("predictions", "id"),
    SavedInterview: ("interviews", "id"),
    Setting: ("meta", "key"),
    Trust: ("trust", "hash"),
}
JSON_COLUMNS = {"settings", "evidence", "compared", "losses", "libraries", "value"}


class _Corrupt(Exception):
    """The file is no readable SQLite database."""


def open_store(path: Path | None = None, *, now: Callable[[], datetime] = utc_now) -> Store:
    """The store at `path` (default: `home()`), or, where the disk refuses, a copy in memory.

    Never raises for what a disk can do: `store.notices` says what a person should know, `store.saved` is
    False while ratings are kept in memory only.
    """
    path = path or home() / FILE_NAME
    try:
        return Store(path, now=now)
    except StoreError as error:
        store = Store(None, now=now)
        store._copy_from(path)
        store.notices.append(f"{error} Until then, ratings are kept only while viva is open.")
        return store


class Store:
    """One open store. Safe to share between threads; `close` it, or use it as a context manager.

    Raises `StoreError` when the file cannot be opened, migrated, read or written. A corrupt file is set aside
    under another name, a new one is begun, and `notices` says so.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        now: Callable[[], datetime] = utc_now,
        migrations: tuple[Migration, ...] = MIGRATIONS,
    ) -> None:
        self.path = path
        self.saved = path is not None
        self.notices: list[str] = []
        self._damaged: set[str] = set()
        self._now = now
        self._migrations = migrations
        self._lock = threading.RLock()
        if path is None:
            self._db = self._connect(":memory:")
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

    # Opening -------------------------------------------------------------------------------------------

    def _open(self, path: Path) -> None:
        with self._explained():
            self._db = self._connect(str(path))
        try:
            self._enter_wal()
            if (damage := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise _Corrupt(damage)
            self._migrate()
        except _Corrupt:
            self._db.close()
            raise
        except StoreError:
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            if is_corrupt(error):
                raise _Corrupt(str(error)) from error
            raise explain(error, self.path) from error

    @staticmethod
    def _connect(name: str) -> sqlite3.Connection:
        db = sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        return db

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

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _migrate(self) -> None:
        latest = len(self._migrations)
        if (found := self._version()) == latest:
            return
        if found > latest:
            raise StoreError(
                f"{self.path} was written by a newer viva (store version {found}, this one knows {latest}). "
                "Upgrade viva, or set VIVA_HOME to another folder."
            )
        with self._writing() as db:
            found = self._version()  # another process may have migrated it while this one waited
            if 0 < found < latest:
                self._back_up(found)
            for migration in self._migrations[found:]:
                for statement in migration:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {latest}")

    def _back_up(self, version: int) -> None:
        assert self.path is not None
        target = self._free_name(self.path, f"backup-v{version}")
        with self._connect(str(self.path)) as source, self._connect(str(target)) as copy:
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

    def _copy_from(self, path: Path) -> None:
        """Take over what a read-only store holds, so that a person at least sees their progress."""
        import shutil
        import tempfile

        with tempfile.TemporaryDirectory() as folder, suppress(OSError, sqlite3.Error, StoreError, _Corrupt):
            for suffix in ("", "-wal"):
                if Path(f"{path}{suffix}").exists():
                    shutil.copy(f"{path}{suffix}", f"{folder}/{FILE_NAME}{suffix}")
            with Store(Path(folder) / FILE_NAME) as copy:
                copy._db.backup(self._db)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Transactions and errors -----------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._explained():
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
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if isinstance(error, sqlite3.DatabaseError) and is_corrupt(error):
                raise StoreError(
                    f"{self.path} became unreadable while viva was using it ({error}). "
                    "Start viva again: the file will be set aside, not deleted."
                ) from error
            raise explain(error, self.path) from error

    # Records -------------------------------------------------------------------------------------------

    def add(self, *records: Record) -> int:
        """Write `records` in one transaction; one whose identity is already there is left as it was.

        Returns how many were new. On `StoreError`, none was written.
        """
        with self._writing() as db:
            return sum(self._insert(db, record, "NOTHING") for record in records)

    def all(self, kind: type[R]) -> list[R]:
        """Every record of one kind, in the order in which they were written."""
        return list(self._select(kind))

    def reviews(self, card: str | None = None) -> list[Review]:
        """The reviews that count, oldest first (retracted ones left out)."""
        where = "id NOT IN (SELECT review FROM retractions)"
        found = (
            self._select(Review, f"{where} AND card = ?", (card,)) if card else self._select(Review, where)
        )
        return sorted(found, key=lambda review: (review.reviewed_at, review.id))

    def retract(self, review_id: str) -> None:
        """Undo a review by appending a retraction. Raises `KeyError` where there is no such review."""
        if not any(self._select(Review, "id = ?", (review_id,))):
            raise KeyError(review_id)
        self.add(Retraction(review=review_id, at=self._now()))

    def flags(self) -> dict[str, Flags]:
        return {flags.card: flags for flags in self._select(Flags)}

    def set_flags(self, card: str, **changes: Any) -> Flags:
        """Change some of `suspended`, `flagged` and `buried_until`, and return them all."""
        with self._writing() as db:
            before = next(iter(self._select(Flags, "card = ?", (card,))), Flags(card=card))
            flags = msgspec.structs.replace(before, **changes)
            self._insert(
                db,
                flags,
                "UPDATE SET suspended = excluded.suspended, flagged = excluded.flagged, "
                "buried_until = excluded.buried_until",
            )
        return flags

    def get(self, key: str, default: Any = None) -> Any:
        """A remembered JSON value."""
        return next((setting.value for setting in self._select(Setting, "key = ?", (key,))), default)

    def put(self, key: str, value: Any) -> None:
        """Remember a JSON value; None forgets it."""
        with self._writing() as db:
            if value is None:
                db.execute("DELETE FROM meta WHERE key = ?", (key,))
            else:
                self._insert(db, Setting(key=key, value=value), "UPDATE SET value = excluded.value")

    def trusted(self, content_hash: str) -> bool:
        return any(self._select(Trust, "hash = ?", (content_hash,)))

    def trust(self, content_hash: str) -> None:
        self.add(Trust(hash=content_hash, at=self._now()))

    def cached(self, basis: str, rebuild: Callable[[set[str]], Mapping[str, bytes]]) -> dict[str, bytes]:
        """What is derived from each card's log, by card; `basis` names how it was derived.

        The database itself drops a card's entry when its log grows, whoever wrote to it. `rebuild` is given
        the cards that have no entry and returns theirs; the log cannot change between reading and keeping.
        """
        query = (
            "SELECT DISTINCT card FROM reviews WHERE card NOT IN (SELECT card FROM states WHERE basis = ?)"
        )
        with self._lock, self._explained():
            unsaved: Mapping[str, bytes] = {}
            found = {row[0] for row in self._rows(query, (basis,))}
            if missing := {card for card in found if isinstance(card, str)}:
                try:
                    with self._writing() as db:
                        db.executemany(
                            "INSERT OR REPLACE INTO states (card, basis, state) VALUES (?, ?, ?)",
                            [(card, basis, state) for card, state in rebuild(missing).items()],
                        )
                except StoreError:  # a full or locked disk: it is derived, so it need not be kept
                    unsaved = rebuild(missing)
            rows = self._rows("SELECT card, state FROM states WHERE basis = ?", (basis,))
        return {row["card"]: row["state"] for row in rows if isinstance(row["card"], str)} | dict(unsaved)

    def look_over(self) -> None:
        """Read every record once, so that those that cannot be read are said in `notices`."""
        for kind in TABLES:
            for _ in self._select(kind):
                pass

    def check(self) -> list[str]:
        """What SQLite's own integrity check finds wrong; empty when nothing is."""
        with self._lock, self._explained():
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    @staticmethod
    def _insert(db: sqlite3.Connection, record: Record, on_conflict: str) -> int:
        table, key = TABLES[type(record)]
        row = msgspec.to_builtins(record)
        row.pop("kind")
        for column, value in row.items():
            if column in JSON_COLUMNS or isinstance(value, dict | list):
                row[column] = msgspec.json.encode(value).decode()
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO {on_conflict}"
        return db.execute(statement, tuple(row.values())).rowcount

    def _select(self, kind: type[R], where: str = "1", values: Iterable[Any] = ()) -> Iterator[R]:
        table, _ = TABLES[kind]
        with self._lock, self._explained():
            query = f"SELECT {', '.join(kind.__struct_fields__)} FROM {table} WHERE {where} ORDER BY rowid"
            rows = self._rows(query, tuple(values))
        for row in rows:
            fields = dict(row)
            try:
                for column in fields.keys() & (
                    JSON_COLUMNS | ({"card"} if kind is SavedInterview else set())
                ):
                    fields[column] = msgspec.json.decode(fields[column])
                yield msgspec.convert(fields, kind, strict=False)
            except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
                self._left_out(table)

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
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

    def _left_out(self, table: str) -> None:
        if table not in self._damaged:
            self._damaged.add(table)
            self.notices.append(
                f"Some of the {table} in {self.path or 'memory'} cannot be read: damaged, or of a time that "
                "no clock shows. They are left out, and stay in the file."
            )


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
