"""Nothing that was confirmed is lost, whatever the disk or another process does."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from app.files import home
from app.study.migrations import MIGRATIONS
from app.study.records import Flags, Prediction, Result, Retraction, Review, SavedInterview
from app.study.store import FILE_NAME, Store, StoreError, open_store

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = (*MIGRATIONS, ("ALTER TABLE flags ADD COLUMN note TEXT",))


def review(card: str = "zero-grad", rating: int = 3, at: datetime = AT, **more: object) -> Review:
    return Review(card=card, rating=rating, reviewed_at=at, **more)  # type: ignore[arg-type]


def test_a_review_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = review(
        card="pack/zero-grad",
        seconds=12.5,
        answer="they [CLS] add up — naïve ∇ \x00 \n end",
        hints=2,
        predicted="diverges",
        actual="learns anyway",
        mode="interview",
    )
    with Store(tmp_path / FILE_NAME) as store:
        store.add(written)
    with Store(tmp_path / FILE_NAME) as store:
        assert store.reviews() == [written]


def test_times_with_another_offset_are_stored_as_utc(store: Store) -> None:
    east = timezone(timedelta(hours=9))
    store.add(review(at=datetime(2026, 3, 2, 18, 0, tzinfo=east)))
    (found,) = store.reviews()
    assert found.reviewed_at == AT
    assert found.reviewed_at.tzinfo is UTC


def test_every_kind_of_record_comes_back(store: Store) -> None:
    records = [
        Result(
            experiment="zero_grad",
            settings={"seed": 42},
            outcome="diverges",
            finding="It grew.",
            started_at=AT,
            seconds=2.8,
            evidence={"norm": 9.7},
            compared={"norm": (9.7, 1.0), "rate": (None, 0.5)},
            device="cpu",
            libraries={"torch": "2.9"},
            losses={"cleared": [0.7, 0.3], "piling up": [0.7, None]},
        ),
        Prediction(question="zero-grad", predicted="a", actual="b", at=AT),
        SavedInterview(started_at=AT, card={"overall": 0.5}),
    ]
    assert store.add(*records) == 3
    assert [*store.all(Result), *store.all(Prediction), *store.all(SavedInterview)] == records


def test_undo_appends_and_the_log_keeps_everything(store: Store) -> None:
    first, second = review(), review(rating=1, at=AT + timedelta(minutes=1))
    store.add(first, second)
    store.retract(second.id)
    assert store.reviews() == [first]
    assert store.all(Review) == [first, second]
    assert [retraction.review for retraction in store.all(Retraction)] == [second.id]
    with pytest.raises(KeyError):
        store.retract("no such review")


@pytest.mark.parametrize("statement", ["UPDATE reviews SET rating = 4", "DELETE FROM reviews"])
def test_the_log_cannot_be_rewritten(store: Store, statement: str) -> None:
    store.add(review())
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store._db.execute(statement)
    assert store.reviews()[0].rating == 3


def test_a_record_that_is_there_is_never_overwritten(store: Store) -> None:
    original = review()
    store.add(original)
    assert store.add(msgspec.structs.replace(original, rating=1)) == 0
    assert store.reviews() == [original]


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    bad = msgspec.structs.replace(review(), rating=9)
    with pytest.raises(StoreError):
        store.add(review(), bad)
    assert store.all(Review) == []


def test_flags_and_settings_are_remembered(store: Store) -> None:
    store.set_flags("a", flagged=True)
    store.set_flags("a", suspended=True)
    assert store.flags()["a"] == Flags(card="a", flagged=True, suspended=True)
    store.put("interview_date", "2026-04-01")
    store.put("interview_date", {"day": 2})
    assert store.get("interview_date") == {"day": 2}
    store.put("interview_date", None)
    assert store.get("interview_date", "none") == "none"
    assert not store.trusted("abc")
    store.trust("abc")
    store.trust("abc")
    assert store.trusted("abc")


def test_viva_home_decides_where_progress_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "here"))
    with open_store() as store:
        assert store.path == tmp_path / "here" / FILE_NAME
        assert store.saved
    monkeypatch.delenv("VIVA_HOME")
    assert home().name == "viva"


# What disks do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["not a database", "torn page", "empty header"])
def test_a_corrupt_file_is_set_aside_and_said(tmp_path: Path, damage: str, clock) -> None:
    path = tmp_path / FILE_NAME
    if damage == "not a database":
        path.write_text("my shopping list " * 300, encoding="utf-8")
    else:
        with Store(path) as store:
            store.add(*(review(card=f"card-{n}", answer="x" * 200) for n in range(300)))
        data = bytearray(path.read_bytes())
        data[:100] = b"\0" * 100 if damage == "empty header" else data[:100]
        data[4096 : len(data) - 4096] = b"\xa5" * (len(data) - 8192)
        path.write_bytes(data)
    before = path.read_bytes()
    with Store(path, now=clock) as store:
        (notice,) = store.notices
        assert store.reviews() == []
        store.add(review())
        assert store.check() == []
    (kept,) = tmp_path.glob(f"{FILE_NAME}.corrupt-20260302T090000Z")
    assert kept.read_bytes() == before
    assert str(kept) in notice


def test_a_second_corrupt_file_does_not_replace_the_first(tmp_path: Path, clock) -> None:
    for text in ("one", "two"):
        (tmp_path / FILE_NAME).write_text(text * 999, encoding="utf-8")
        Store(tmp_path / FILE_NAME, now=clock).close()
    kept = sorted(path.read_text(encoding="utf-8")[:3] for path in tmp_path.glob("*.corrupt-*"))
    assert kept == ["one", "two"]


def test_a_full_disk_is_said_and_loses_nothing_before(store: Store) -> None:
    store.add(review())
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"full. Free some space") as error:
        store.add(review(answer="x" * 100_000))
    assert str(store.path) in str(error.value)
    assert len(store.reviews()) == 1
    store._db.execute("PRAGMA max_page_count = 1000000")
    store.add(review(answer="x" * 100_000))
    assert len(store.reviews()) == 2


def test_a_store_that_turns_read_only_is_said(store: Store) -> None:
    store._db.execute("PRAGMA query_only = on")
    with pytest.raises(StoreError, match="read-only"):
        store.add(review())


def test_without_a_usable_folder_the_app_goes_on_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    store = open_store(tmp_path / "file" / FILE_NAME)
    assert not store.saved
    assert "VIVA_HOME" in store.notices[0]
    store.add(review())
    assert len(store.reviews()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_still_shows_the_progress_in_it(tmp_path: Path) -> None:
    with Store(tmp_path / FILE_NAME) as store:
        store.add(review())
    (tmp_path / FILE_NAME).chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        store = open_store(tmp_path / FILE_NAME)
        assert not store.saved
        assert len(store.reviews()) == 1
    finally:
        tmp_path.chmod(0o755)


def test_a_store_that_cannot_be_used_is_shown_from_a_copy(tmp_path: Path) -> None:
    with Store(tmp_path / FILE_NAME, migrations=LATER) as store:
        store.add(review())
    before = (tmp_path / FILE_NAME).read_bytes()
    fallback = open_store(tmp_path / FILE_NAME)
    assert "newer viva" in fallback.notices[0]
    assert not fallback.saved
    assert (tmp_path / FILE_NAME).read_bytes() == before


# Versions -------------------------------------------------------------------------------------------------


def test_a_migration_keeps_a_backup_of_the_file_before(tmp_path: Path, clock) -> None:
    path = tmp_path / FILE_NAME
    old = Store(path)
    old.add(review())  # left in the write-ahead log: the backup must have it too
    with Store(path, now=clock, migrations=LATER) as store:
        assert store.reviews() == old.reviews()
        (notice,) = store.notices
    old.close()
    (backup,) = tmp_path.glob("*.backup-v2-*")
    assert str(backup) in notice
    with Store(backup) as before:
        assert len(before.reviews()) == 1
        assert before._db.version == len(MIGRATIONS)
    with Store(path, migrations=LATER) as again:
        assert again.notices == []


def test_runs_of_the_first_version_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with Store(path, migrations=MIGRATIONS[:1]) as first:
        first._db.execute(
            "INSERT INTO runs VALUES ('1', 'zero_grad', '{\"seed\":7}', 'diverges', 'It grew.', "
            "'2026-03-02T09:00:00Z', 2.5, '{}', '{\"cleared\":[0.7,null]}')"
        )
    with Store(path) as store:
        (result,) = store.all(Result)
    assert (result.seed, result.outcome, result.started_at) == (7, "diverges", AT)
    assert (result.losses, result.compared, result.libraries) == ({"cleared": [0.7, None]}, {}, {})


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with Store(path) as store:
        store.add(review())
    with pytest.raises(StoreError):
        Store(path, migrations=(*LATER[:-1], ("ALTER TABLE flags ADD COLUMN note TEXT", "nonsense")))
    with Store(path) as store:
        assert len(store.reviews()) == 1
        assert store._db.version == len(MIGRATIONS)


def test_a_store_of_a_newer_viva_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    Store(path, migrations=LATER).close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer viva"):
        Store(path)
    assert path.read_bytes() == before


# Two at once ----------------------------------------------------------------------------------------------

RATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.study.records import Review
from app.study.store import Store
print("ready", flush=True)
sys.stdin.readline()
with Store(Path(sys.argv[1])) as store:
    for n in range(int(sys.argv[3])):
        store.add(Review(card=f"card-{n % 5}", rating=3, reviewed_at=datetime.now(UTC), answer=sys.argv[2]))
    print(len(store.reviews()), flush=True)
"""


def test_several_processes_open_a_fresh_store_at_once_and_all_write(tmp_path: Path) -> None:
    workers, each = 4, 50
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RATE, str(tmp_path / FILE_NAME), f"process {n}", str(each)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    with Store(tmp_path / FILE_NAME) as store:
        assert len(store.reviews()) == workers * each
        assert {r.answer for r in store.reviews()} == {f"process {n}" for n in range(workers)}
        assert store.check() == []
        assert store.notices == []
    assert list(tmp_path.glob("*.corrupt-*")) == []


def test_two_open_stores_see_each_others_ratings(tmp_path: Path) -> None:
    with Store(tmp_path / FILE_NAME) as one, Store(tmp_path / FILE_NAME) as two:
        one.add(review())
        assert len(two.reviews()) == 1
        two.retract(two.reviews()[0].id)
        assert one.reviews() == []
