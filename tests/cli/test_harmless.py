"""Whatever a question holds, nothing that viva prints or writes steers a terminal or hides from a reader."""

import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended

STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
RAW = (
    "\x1b]52;c;ZXZpbA==\x1b\\\x1b]8;;http://evil\x07\x1b[2J\x9b2J\x7f\u202e\u2066\u200b\u200d\ufeff\U000e0041"
)
NASTY = RAW + "&#27;&#x9b;&#x202e; [x](http://evil/&#27;)"
SAID = json.dumps(NASTY).replace(r"\udb40\udc41", r"\U000E0041")  # as YAML writes it
LINK = SAID.replace(" ", "")
BANK = f"""\
topic: {SAID}
questions:
  - id: q
    level: basic
    tags: [{SAID}]
    question: {SAID}
    answer: {SAID}
    key_points: [{{point: {SAID}, any: [{SAID}], hint: {SAID}}}]
    traps: [{SAID}]
    sources: ["https://x{LINK[1:]}]
    experiment:
      variants:
        a: []
        b: [{{old: "lr=learning_rate", new: "lr=learning_rate / 100"}}]
      outcomes: {{same: {SAID}}}
      decide: [{{otherwise: same}}]
    predict: {{same: {SAID}}}
"""


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    file = tmp_path / "nasty.yaml"
    file.write_text(BANK, encoding="utf-8")
    return file


PRINTED = [
    "show nasty/q",
    "show nasty/q --json",
    "list",
    "list --json",
    "check BANK",
    "check BANK --json",
    "eject nasty/q",
    "run nasty/q",
    "run nasty/q --set BAD=1",
    "verify nasty/q",
    "stats",
]


@pytest.mark.parametrize("words", PRINTED)
def test_what_is_printed_is_harmless(viva: Callable[..., Ended], nasty: Path, words: str) -> None:
    named = words.replace("BANK", str(nasty)).replace("BAD", RAW.replace("\x00", "")).split(" ")
    ended = viva("--bank", nasty, *named)
    assert not STEERING.search(ended.out + ended.err)
    assert "problem in the bank" not in ended.err
    if "--json" in words and "show" in words:
        assert json.loads(ended.out)["question"] == NASTY, "a program reads what the question holds"
    if words == "show nasty/q":
        assert r"\x1b]52;c;ZXZpbA==\x1b" in ended.out, "a person sees it"


def test_what_a_terminal_is_shown_is_harmless(terminal, nasty: Path) -> None:
    code, shown = terminal("--bank", nasty, "show", "nasty/q")
    assert code == 0
    styled = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")
    assert not STEERING.search(styled)


@pytest.mark.parametrize("kind", ["html", "markdown", "anki"])
def test_what_is_exported_is_harmless(viva: Callable[..., Ended], nasty: Path, tmp_path, kind: str) -> None:
    file = tmp_path / "exported"
    assert viva("--bank", nasty, "export", kind, file).code == 0
    if kind == "anki":
        with zipfile.ZipFile(file) as package:
            package.extract("collection.anki2", tmp_path)
        with sqlite3.connect(tmp_path / "collection.anki2") as db:
            rows = db.execute("SELECT flds, sfld, tags FROM notes").fetchall()
            rows += db.execute("SELECT decks FROM col").fetchall()
        text = "\n".join(str(cell) for row in rows for cell in row).replace("\x1f", "\n")
    else:
        text = file.read_text(encoding="utf-8")
    assert r"\x1b]52;c;ZXZpbA==\x1b" in text
    assert not STEERING.search(text)


def test_check_says_where_such_a_character_stands(viva: Callable[..., Ended], nasty: Path) -> None:
    ended = viva("check", nasty)
    said = [line for line in ended.out.splitlines() if "U+001B, which does not show" in line]
    assert any(line.startswith(f"{nasty}:6:") for line in said), ended.out
    assert len(said) >= 8
