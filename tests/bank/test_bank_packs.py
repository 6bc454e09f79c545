"""Packs: added by copying, named, removed, and never run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank import OWN, packs
from app.bank.load import load
from tests.bank.making import file, question

Write = Callable[..., Path]


def test_an_added_pack_is_loaded_beside_the_own_bank(write: Write) -> None:
    folder = write(file(), "team/sub/q.yaml").parent.parent
    write("not a question", "team/readme.md")
    pack = packs.add(folder)
    assert (pack.name, packs.added()) == ("team", [pack])
    assert [path.name for path in pack.path.rglob("*") if path.is_file()] == ["q.yaml"]
    bank = load(packs.sources())
    assert packs.sources() == [OWN, pack.path]
    assert bank.questions[-1].id == "team/cls"
    assert bank.questions[-1].pack == "team"


def test_a_single_file_is_a_pack_named_after_it(write: Write) -> None:
    pack = packs.add(write(file(), "My Questions.yaml"))
    assert load([pack.path]).questions[0].id == "my-questions/cls"


def test_a_pack_stays_itself_under_the_name_it_was_given(write: Write) -> None:
    pack = packs.add(write(file()), "other")
    assert load([pack.path]).questions[0].id == "other/cls"
    assert load(packs.files(pack.path)).questions[0].id == "other/cls"


def test_a_name_is_taken_once(write: Write) -> None:
    packs.add(write(file()))
    with pytest.raises(packs.PackError, match="there already"):
        packs.add(write(file()))


@pytest.mark.parametrize("name", ["../up", "A B", "a/b", ".", ""])
def test_a_name_cannot_lead_out_of_the_folder(write: Write, name: str, home: Path) -> None:
    if name:
        with pytest.raises(packs.PackError, match="kebab-case"):
            packs.add(write(file()), name)
        assert packs.added() == []


def test_nothing_to_add_is_said(tmp_path: Path) -> None:
    with pytest.raises(packs.PackError, match="does not exist"):
        packs.add(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(packs.PackError, match="no YAML"):
        packs.add(tmp_path / "empty")
    assert packs.added() == []


def test_a_removed_pack_is_gone_and_a_wrong_name_gets_the_nearest(write: Write) -> None:
    pack = packs.add(write(file()))
    with pytest.raises(packs.PackError, match="did you mean 'file'"):
        packs.remove("fil")
    assert packs.remove("file") == pack.path
    assert (packs.added(), pack.path.exists()) == ([], False)


def test_a_pack_s_follow_ups_lead_to_its_own_first(write: Write) -> None:
    own = load([OWN]).questions[0].id
    text = file(question("one", f"follow_ups: [two, {own}]"), question("two"))
    bank = load([OWN, write(text)])
    assert bank.by_id["file/one"].follow_ups == ["file/two", own]


def test_the_second_of_two_packs_with_one_name_is_left_out(write: Write) -> None:
    one, two = write(file(), "a/team/q.yaml").parent, write(file(question("other")), "b/team/q.yaml").parent
    bank = load([one, two])
    assert [found.id for found in bank.questions] == ["team/cls"]
    assert [problem.rule for problem in bank.problems] == ["duplicate-pack"]
