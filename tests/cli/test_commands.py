"""The other commands: statistics, export and import, packs, new, schema, eject, doctor, serve, interview."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from unittest.mock import AsyncMock

import pytest

from app.bank import OWN
from app.bank.load import load
from app.bank.schema import schema
from app.study.records import Review, utc_now
from app.study.store import FILE_NAME, Store
from experiments.engine import catalog


@pytest.fixture
def reviewed(home):
    """A store with one review."""
    with Store(home / FILE_NAME) as store:
        store.add(Review(card="zero-grad", rating=3, reviewed_at=utc_now(), seconds=12.0))
    return home / FILE_NAME


def test_stats_before_anything_was_rated(viva):
    ended = viva("stats")
    assert ended.code == 0
    assert "Nothing was rated yet" in ended.out


def test_stats_count_a_review(viva, reviewed):
    told = json.loads(viva("stats", "--json").out)
    assert (told["reviews"], told["seen"]) == (1, 1)
    assert told["answer_seconds"]["median"] == 12.0
    assert "12 s at the median" in viva("stats").out


def test_progress_moves_to_another_machine_and_merges(viva, reviewed, tmp_path, monkeypatch):
    file = tmp_path / "progress.jsonl"
    assert "1 record written" in viva("export", "progress", file).out
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "another"))
    assert "1 record taken in, 0 known already" in viva("import", "progress", file).out
    assert "0 records taken in, 1 known already" in viva("import", "progress", file).out
    assert json.loads(viva("stats", "--json").out)["reviews"] == 1


def test_a_file_that_is_no_progress_is_refused_in_a_few_lines(viva, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<p>\n" * 500)
    ended = viva("import", "progress", file)
    assert ended.code == 2
    assert f"{file}:1:" in ended.err
    assert len(ended.err.splitlines()) < 10


def test_the_bank_goes_to_anki_markdown_and_html(viva, tmp_path, bank):
    number = len(load([OWN, bank]).questions)
    for kind in ("anki", "markdown", "html"):
        ended = viva("--bank", bank, "export", kind, tmp_path / kind)
        assert (ended.code, ended.out.split()[0]) == (0, str(number))
    assert "P[Y=1|x]" in (tmp_path / "markdown").read_text()
    assert "P[Y=1|x]" in (tmp_path / "html").read_text()
    with zipfile.ZipFile(tmp_path / "anki") as package:
        package.extract("collection.anki2", tmp_path)
    notes = sqlite3.connect(tmp_path / "collection.anki2").execute("SELECT count(*) FROM notes").fetchone()[0]
    assert notes == number


def test_a_place_that_cannot_be_written_is_named(viva, tmp_path):
    ended = viva("export", "markdown", tmp_path / "missing" / "bank.md")
    assert ended.code == 2
    assert "missing" in ended.err


def test_packs_come_and_go(viva, bank):
    assert "No packs" in viva("pack", "list").out
    assert "2 questions added" in viva("pack", "add", bank, "--name", "mine").out
    assert json.loads(viva("pack", "list", "--json").out)[0]["questions"] == 2
    assert viva("show", "mine/brackets").code == 0
    again = viva("pack", "add", bank, "--name", "mine")
    assert (again.code, "there already" in again.err) == (2, True)
    assert "did you mean 'mine'?" in viva("pack", "remove", "mien").err
    assert viva("pack", "remove", "mine").code == 0
    assert viva("show", "mine/brackets").code == 2


def test_schema_is_the_bank_s_own(viva):
    assert json.loads(viva("schema").out) == schema()


def test_new_writes_what_check_then_asks_to_fill_in(viva, tmp_path):
    file = tmp_path / "new.yaml"
    words = ("--id", "my-own", "--level", "basic", "--question", "Why [CLS]?", "--experiment", "zero_grad")
    ended = viva("new", file, "--topic", "Mine", *words)
    assert ended.code == 0, ended.err
    assert "Why [CLS]?" in file.read_text()
    checked = viva("check", file, "--json")
    assert {problem["rule"] for problem in json.loads(checked.out)["problems"]} >= {"unfinished"}
    again = viva("new", file, *words)
    assert (again.code, "already" in again.err) == (2, True)


def test_new_without_a_terminal_says_what_is_missing(viva, tmp_path):
    ended = viva("new", tmp_path / "new.yaml", "--topic", "Mine", "--id", "x")
    assert ended.code == 2
    assert "--level is missing" in ended.err


def test_new_in_a_terminal_asks_and_opens_the_editor(terminal, tmp_path):
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\nsed -i "s/^topic: .*/topic: Edited/" "$1"\n')
    editor.chmod(0o755)
    file = tmp_path / "new.yaml"
    answers = {"Topic of the new file": "Mine", "Id, in kebab": "asked", "Level": "basic", "Question": "Why?"}
    code, shown = terminal("new", file, answers=answers, EDITOR=str(editor), VISUAL=str(editor))
    assert code == 2, shown
    assert "unfinished" in shown
    assert "topic: Edited" in file.read_text()
    assert "id: asked" in file.read_text()


@pytest.mark.parametrize("name", catalog.names())
def test_every_variant_ejects_to_a_script_that_compiles(viva, name):
    for variant in catalog.find(name).experiment.variants:
        ended = viva("eject", name, "--variant", variant)
        assert ended.code == 0, ended.err
        compile(ended.out, "ejected.py", "exec")
        assert "bundled'" in ended.out
        assert 'Path(__file__).parent / "bundled"' not in ended.out


def test_eject_without_a_variant_takes_the_first_that_changes_the_page(viva):
    line = "\n        optimizer.zero_grad()\n"
    assert line not in viva("eject", "zero_grad").out
    assert line in viva("eject", "zero_grad", "--variant", "cleared").out
    assert "learning_rate = 0.25" in viva("eject", "18", "--learning-rate", "0.25").out
    ended = viva("eject", "zero_grad", "--variant", "clearde")
    assert (ended.code, "did you mean 'cleared'?" in ended.err) == (2, True)


@pytest.mark.run
def test_an_ejected_script_runs_by_itself(viva, tmp_path):
    script = tmp_path / "ejected.py"
    small = ("--steps", 2, "--train-examples", 32, "--eval-examples", 16)
    script.write_text(viva("eject", "zero_grad", *small).out)
    command = [sys.executable, "-I", str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    assert "accuracy" in done.stdout


@pytest.mark.run
def test_doctor_finds_a_worker_and_says_where_things_are(viva, home):
    ended = viva("doctor", "--json")
    told = {one["what"]: one for one in json.loads(ended.out)}
    assert told["worker"]["good"] is True
    assert str(home) in told["data"]["found"]
    assert {"torch", "transformers", "device", "progress", "bundled model"} <= told.keys()
    assert "hub" not in told


def test_doctor_tells_what_is_wrong(viva, bank, monkeypatch):
    monkeypatch.setattr("app.commands.doctor._worker", lambda: iter(()))
    bank.write_text("topic: [")
    ended = viva("doctor", "--bank", bank)
    assert ended.code == 1
    assert f"viva check {bank}" in ended.out
    assert "not as it should be: bank" in ended.err


def test_an_unreachable_hub_is_told_only_when_asked_for(viva, monkeypatch):
    monkeypatch.setattr("app.commands.doctor._worker", lambda: iter(()))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be reached" in viva("doctor", "--online").out
    assert "cannot be reached" not in viva("doctor").out


def test_an_interview_needs_a_terminal(viva):
    ended = viva("interview", "--seed", 7)
    assert (ended.code, "needs a terminal" in ended.err) == (2, True)


def test_an_unknown_level_of_an_interview_is_bad_input(viva):
    ended = viva("interview", "--level", "mixd")
    assert (ended.code, "did you mean 'mixed'?" in ended.err) == (2, True)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_an_export_to_standard_output_is_all_that_is_there(process, tmp_path, name):
    piped = process("export", "html", name)
    assert piped.code == 0
    assert piped.out.startswith("<!doctype html>") and piped.out.endswith("</html>\n")
    assert "written to" in piped.err
    with (tmp_path / "file").open("w") as file:
        file.write("before\n")
        file.flush()
        words = [sys.executable, "-m", "app.cli", "export", "html", name]
        assert subprocess.run(words, stdout=file, stderr=subprocess.DEVNULL).returncode == 0
    text = (tmp_path / "file").read_text()
    assert text.startswith("before\n<!doctype html>") and text.endswith("</html>\n")


BRICKS = (
    "UPDATE reviews SET reviewed_at = '9999-12-31T23:59:59Z' WHERE card = 'mrpc'",
    "UPDATE reviews SET reviewed_at = '0001-01-01T00:00:00Z' WHERE card = 'mrpc'",
    "UPDATE reviews SET card = CAST(x'ff6d727063' AS TEXT) WHERE card = 'mrpc'",
    "UPDATE reviews SET answer = CAST(x'ff' AS TEXT) WHERE card = 'mrpc'",
    "UPDATE reviews SET mode = 'quix' WHERE card = 'mrpc'",
    "UPDATE reviews SET id = CAST(x'fe' AS TEXT) WHERE card = 'mrpc'",
    "INSERT INTO meta VALUES ('study', '{\"x\":')",
    "INSERT INTO flags VALUES ('mrpc', 0, 0, '9999-12-31T23:59:59Z')",
    "INSERT INTO runs (id, experiment, settings, outcome, finding, started_at, seconds, evidence, losses) "
    "VALUES ('i', 'e', '{', 'o', 'f', '2026-01-01T00:00:00Z', 1.0, '{}', '{}')",
    "INSERT INTO retractions VALUES (CAST(x'ff' AS TEXT), 'nonsense')",
)


@pytest.fixture
def damaged(home):
    """`damaged(statement)`: a store with two reviews that then had this happen to it."""

    def make(statement):
        with Store(home / FILE_NAME) as store:
            for card in ("mrpc", "zero-grad"):
                store.add(Review(card=card, rating=3, reviewed_at=utc_now()))
            store._db.execute("DROP TRIGGER reviews_stay")
            store._db.execute(statement)
        return home

    return make


@pytest.mark.parametrize("statement", BRICKS)
def test_a_damaged_log_is_left_out_and_said_and_everything_starts(viva, damaged, tmp_path, statement):
    damaged(statement)
    for words in (("stats",), ("stats", "--json"), ("export", "progress", tmp_path / "out")):
        ended = viva(*words)
        assert ended.code == 0, ended.err
    if "reviews" in statement:
        assert "Some of the reviews" in ended.err and "They are left out, and stay in the file." in ended.err
        assert "zero-grad" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("statement", BRICKS)
async def test_the_app_starts_on_a_damaged_log(damaged, statement):
    from app.tui import context
    from app.tui.app import VivaApp
    from app.tui.widgets.question_list import QuestionList

    damaged(statement)
    opened = context.open_context()
    opened.pool.warm = AsyncMock()
    app = VivaApp(opened)
    async with app.run_test(notifications=True) as pilot:
        while not app.screen.query(QuestionList):
            await pilot.pause()
        if "meta" not in statement and "flags" not in statement:
            while not any("cannot be read" in one.message for one in app._notifications):
                await pilot.pause(0.05)
