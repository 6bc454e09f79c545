"""Progress in one SQLite file: an append-only log of reviews, and what else must be there tomorrow.

A rating is one transaction, on disk before the call returns. Several processes may use one store at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.files import home

from .database import Database
from .disk import StoreError as StoreError
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
        store._db.copy_from(path)
        store.notices.append(f"{error} Until then, ratings are kept only while viva is open.")
        return store


class Store:
    """One open store. Safe to share between threads; `close` it, or use it as a context manager.

    `notices` are what a person should know. Raises `StoreError` when the file cannot be opened, migrated,
    read or written.
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
        self._damaged: set[str] = set()
        self._now = now
        self._db = Database(path, now, migrations)
        self.notices = self._db.notices

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, *records: Record) -> int:
        """Write `records` in one transaction; one whose identity is already there is left as it was.

        Returns how many were new. On `StoreError`, none was written.
        """
        with self._db.writing() as db:
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
        with self._db.writing() as db:
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
        with self._db.writing() as db:
            if value is None:
                db.execute("DELETE FROM meta WHERE key = ?", (key,))
            else:
                self._insert(db, Setting(key=key, value=value), "UPDATE SET value = excluded.value")

    def trusted(self, content_hash: str) -> bool:
        return any(self._select(Trust, "hash = ?", (content_hash,)))

    def trust(self, content_hash: str) -> None:
        self.add(Trust(hash=content_hash, at=self._now()))

    def cached(self, basis: str, rebuild: Callable[[set[str]], Mapping[str, bytes]]) -> dict[str, bytes]:
        """Per-card derived state; `basis` is the cache key of the settings that it was derived with.

        The database itself drops a card's entry when its log grows, whoever wrote to it. `rebuild` is given
        the cards that have no entry and returns theirs; the log cannot change between reading and keeping.
        """
        query = (
            "SELECT DISTINCT card FROM reviews WHERE card NOT IN (SELECT card FROM states WHERE basis = ?)"
        )
        with self._db.reading():
            unsaved: Mapping[str, bytes] = {}
            found = {row[0] for row in self._db.rows(query, (basis,))}
            if missing := {card for card in found if isinstance(card, str)}:
                try:
                    with self._db.writing() as db:
                        db.executemany(
                            "INSERT OR REPLACE INTO states (card, basis, state) VALUES (?, ?, ?)",
                            [(card, basis, state) for card, state in rebuild(missing).items()],
                        )
                except StoreError:  # a full or locked disk: it is derived, so it need not be kept
                    unsaved = rebuild(missing)
            rows = self._db.rows("SELECT card, state FROM states WHERE basis = ?", (basis,))
        return {row["card"]: row["state"] for row in rows if isinstance(row["card"], str)} | dict(unsaved)

    def look_over(self) -> None:
        """Read every record once, so that those that cannot be read are said in `notices`."""
        for kind in TABLES:
            for _ in self._select(kind):
                pass

    def check(self) -> list[str]:
        """What SQLite's own integrity check finds wrong; empty when nothing is."""
        with self._db.reading():
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
        with self._db.reading():
            query = f"SELECT {', '.join(kind.__struct_fields__)} FROM {table} WHERE {where} ORDER BY rowid"
            rows = self._db.rows(query, tuple(values))
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

    def _left_out(self, table: str) -> None:
        if table not in self._damaged:
            self._damaged.add(table)
            self.notices.append(
                f"Some of the {table} in {self.path or 'memory'} cannot be read: damaged, or of a time that "
                "no clock shows. They are left out, and stay in the file."
            )
