"""The bank opens in other tools, and progress moves between machines without loss."""

from __future__ import annotations

import os
import random
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.study.export import anki_tags, bank_html, bank_markdown, export_anki
from app.study.progress import ProgressError, export_progress, import_progress, write_whole
from app.study.records import Flags, Prediction, Result, Retraction, Review, SavedInterview, Setting, Trust
from app.study.schedule import Schedule, StudySettings
from app.study.store import Store

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def bank(ask, point, named):
    zero_grad = ask(
        id="zero-grad",
        number=18,
        level="advanced",
        topic="The training loop",
        tags=["optimizer", "two words"],
        question="What of `zero_grad()`, [CLS], P[Y=1|x] and <b>?",
        answer="They **add up**:\n\n```python\noptimizer.zero_grad()  # x[i:j] < 2\n```\n\n![p](https://example.org/p.png)",
        key_points=[point("they add up", ["add up"])],
        traps=["it resets the <weights>"],
        experiment=named("zero_grad"),
        sources=["https://pytorch.org/docs?a=1&b=2"],
    )
    return [zero_grad, ask(id="mrpc", topic="The data"), ask(id="pack/mrpc", topic="The data")]


# Anki -----------------------------------------------------------------------------------------------------


def notes(path: Path, folder: Path) -> list[tuple[str, str, str]]:
    with zipfile.ZipFile(path) as package:
        package.extract("collection.anki2", folder)
    collection = sqlite3.connect(folder / "collection.anki2")
    try:
        return sorted(collection.execute("SELECT guid, tags, flds FROM notes").fetchall())
    finally:
        collection.close()


def test_the_anki_package_has_a_note_a_question_and_working_tags(bank, tmp_path: Path) -> None:
    assert export_anki(bank, tmp_path / "viva.apkg", AT) == 3
    found = notes(tmp_path / "viva.apkg", tmp_path)
    assert len(found) == 3
    assert len({guid for guid, _, _ in found}) == 3
    (_, tags, fields) = next(note for note in found if "zero-grad" in note[2])
    assert tags.split() == ["optimizer", "two-words", "level::advanced", "topic::The-training-loop"]
    assert "[CLS], P[Y=1|x] and &lt;b&gt;" in fields
    assert "<img" not in fields


def test_a_changed_question_keeps_its_identity(bank, tmp_path: Path) -> None:
    export_anki(bank, tmp_path / "one.apkg", AT)
    changed = msgspec.structs.replace(bank[0], answer="Something else", topic="Another topic")
    export_anki([*bank[:0:-1], changed], tmp_path / "two.apkg", AT + timedelta(days=1))
    one, two = notes(tmp_path / "one.apkg", tmp_path), notes(tmp_path / "two.apkg", tmp_path)
    assert [guid for guid, _, _ in one] == [guid for guid, _, _ in two]
    assert one != two


@given(st.lists(st.text(max_size=12), max_size=4), st.text(min_size=1, max_size=12))
def test_anki_tags_have_no_space_in_them(ask, tags: list[str], topic: str) -> None:
    found = anki_tags(ask(id="a", tags=tags, topic=topic))
    assert all(tag and tag == "".join(tag.split()) for tag in found)
    assert "level::basic" in found


def test_a_package_that_cannot_be_written_is_said(bank, tmp_path: Path) -> None:
    with pytest.raises(ProgressError, match="cannot be written"):
        export_anki(bank, tmp_path / "no such folder" / "viva.apkg", AT)


# Documents ------------------------------------------------------------------------------------------------


def test_the_bank_as_markdown_has_every_text_as_it_stands(bank) -> None:
    text = bank_markdown(bank)
    assert text.index("## The training loop") < text.index("## The data")
    for question in bank:
        assert question.question in text
        assert question.answer in text
    assert "proven by: viva run zero_grad" in text


def test_the_bank_as_html_loads_nothing_and_shows_brackets(bank) -> None:
    html = bank_html(bank, "viva <1>")
    assert "<title>viva &lt;1&gt;</title>" in html
    assert "<img" not in html
    assert "[CLS], P[Y=1|x] and &lt;b&gt;" in html
    assert 'href="https://pytorch.org/docs?a=1&amp;b=2"' in html


# Progress -------------------------------------------------------------------------------------------------


def full(clock) -> Store:
    store = Store(None, now=clock)
    schedule = Schedule(store, StudySettings(fuzz=False), now=clock)
    for n in range(20):
        schedule.rate(f"card-{n % 4}", 1 + n % 4, seconds=n, answer="ünïcode \u2028 [CLS]\n", hints=n % 2)
        clock.forward(hours=7)
    schedule.undo()
    store.set_flags("card-1", flagged=True, buried_until=clock())
    store.put("study", {"desired_retention": 0.8})
    store.add(
        Result(
            experiment="zero_grad",
            settings={},
            outcome="diverges",
            finding="f",
            started_at=AT,
            seconds=1,
            losses={"a": [1.0, None]},
        ),
        Prediction(question="card-1", predicted="a", actual="b", at=AT),
        SavedInterview(started_at=AT, card={"overall": 0.5}),
    )
    store.trust("some hash")
    return store


def contents(store: Store) -> list[set[str]]:
    kinds = (Review, Retraction, Flags, Result, Prediction, SavedInterview, Setting)
    return [{repr(record) for record in store.all(kind)} for kind in kinds]


def test_progress_moves_whole_and_importing_again_changes_nothing(clock, tmp_path: Path) -> None:
    path, here = tmp_path / "progress.jsonl", full(clock)
    count = export_progress(here, path, clock())
    there = Store(None, now=clock)
    first = import_progress(there, path)
    assert (first.new, first.known) == (count, 0)
    assert contents(there) == contents(here)
    again = import_progress(there, path)
    assert (again.new, again.known) == (0, count)
    assert contents(there) == contents(here)
    assert (
        Schedule(there, StudySettings(fuzz=False)).memories()
        == Schedule(here, StudySettings(fuzz=False)).memories()
    )


def test_trust_stays_on_the_machine_that_gave_it(clock, tmp_path: Path) -> None:
    export_progress(full(clock), tmp_path / "p", clock())
    there = Store(None)
    import_progress(there, tmp_path / "p")
    assert there.all(Trust) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_two_machines_end_up_with_the_same_log(make_clock, tmp_path_factory, seed: int) -> None:
    folder, rng, clock = tmp_path_factory.mktemp("merge"), random.Random(seed), make_clock()
    stores = [Store(None, now=clock), Store(None, now=clock)]
    for _ in range(12):
        schedule = Schedule(rng.choice(stores), StudySettings(fuzz=False), now=clock)
        schedule.rate(rng.choice("abc"), rng.randint(1, 4))
        if rng.random() < 0.2:
            schedule.undo()
        clock.forward(hours=rng.randint(0, 50))
        if rng.random() < 0.3:
            one, two = rng.sample(stores, 2)
            export_progress(one, folder / "part", clock())
            import_progress(two, folder / "part")
    for one, two in (stores, stores[::-1]):
        export_progress(one, folder / "last", clock())
        import_progress(two, folder / "last")
    assert stores[0].reviews() == stores[1].reviews()
    settings_ = StudySettings(fuzz=False)
    assert Schedule(stores[0], settings_).memories() == Schedule(stores[1], settings_).memories()


def test_what_is_there_is_never_overwritten(clock, tmp_path: Path) -> None:
    store = full(clock)
    export_progress(store, tmp_path / "p", clock())
    text = (tmp_path / "p").read_text(encoding="utf-8")
    (tmp_path / "p").write_text(
        text.replace('"rating":1', '"rating":4').replace("0.8", "0.7"), encoding="utf-8"
    )
    before = contents(store)
    import_progress(store, tmp_path / "p")
    assert contents(store) == before


REVIEW = '{"kind":"review","id":"x","card":"a","rating":3,"reviewed_at":"2026-03-02T09:00:00Z"}'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json", "not a line of JSON"),
        (REVIEW.replace("3,", "7,"), "`int` <= 4 - at `$.rating`"),
        (REVIEW.replace('"card":"a",', ""), "missing required field `card`"),
        (REVIEW.replace("Z", ""), "timezone"),
        (REVIEW.replace("review", "revue", 1), "revue"),
        (REVIEW.replace('"card"', '"colour":1,"card"'), "unknown field `colour`"),
        (REVIEW[:40], "truncated"),
        (REVIEW.replace("2026-03-02T09:00:00Z", "9999-12-31T23:59:59Z"), "a time from 1970 to 2199"),
        (REVIEW.replace("2026-03-02T09:00:00Z", "0001-01-01T00:00:00Z"), "a time from 1970 to 2199"),
        (REVIEW.replace("2026-03-02T09:00:00Z", "0001-01-01T00:00:00+14:00"), "a time from 1970 to 2199"),
        (REVIEW.replace('"card"', '"hints":99999999999999999999,"card"'), "hints"),
        (REVIEW.replace('"card"', '"seconds":1e300,"card"'), "seconds"),
        (REVIEW.replace('"a"', f'"{"a" * 10_000}"'), "card"),
        ('{"kind":"setting","key":"k","value":' + "[" * 100_000 + "]" * 100_000 + "}", "recursion"),
        ('{"kind":"viva-progress","version":99,"exported_at":"2026-03-02T09:00:00Z"}', "newer viva"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_half_imported(tmp_path: Path, line: str, said: str) -> None:
    path, store = tmp_path / "progress.jsonl", Store(None)
    path.write_bytes(f"{REVIEW}\r\n\r\n{line}\n".encode())
    with pytest.raises(ProgressError) as error:
        import_progress(store, path)
    (problem,) = error.value.problems
    assert problem.startswith(f"{path}:3: ")
    assert said in problem
    assert store.all(Review) == []


def test_a_file_that_is_not_text_or_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(REVIEW.encode().replace(b'"a"', b'"\xff"'))
    for name in ("p", "none"):
        with pytest.raises(ProgressError, match=str(tmp_path / name)):
            import_progress(Store(None), tmp_path / name)


def test_an_export_that_fails_leaves_the_older_file(clock, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    with pytest.raises(ProgressError, match="cannot be written"):
        export_progress(full(clock), tmp_path / "p", clock())
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def through_a_link(folder: Path) -> Path:
    (folder / "target").write_text("before")
    (folder / "link").symlink_to(folder / "target")
    return folder / "link"


def test_behind_a_symbolic_link_the_target_is_written(tmp_path: Path) -> None:
    write_whole(link := through_a_link(tmp_path), b"whole")
    assert link.is_symlink()
    assert (tmp_path / "target").read_bytes() == b"whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_a_link_that_leads_nowhere_yet_is_kept(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", b"whole")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_bytes() == b"whole"


def test_a_pipe_is_written_through(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"whole")
    assert os.read(reading, 100) == b"whole"
    os.close(reading)
    assert pipe.is_fifo()


def test_a_device_is_written_through(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    device = Path(os.ttyname(theirs))
    write_whole(device, b"whole")
    assert device.is_char_device()
    assert os.read(ours, 100) == b"whole"
    os.close(ours), os.close(theirs)
