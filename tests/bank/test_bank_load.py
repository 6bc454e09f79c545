"""Files to questions, and problems with their places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank import cache
from app.bank.load import load
from app.bank.packs import Pack, of
from app.bank.reader import Document
from tests.bank.making import INLINE, file, question
from tests.changing import rewrite

Write = Callable[..., Path]


def places(path: Path) -> list[tuple[str, int, int]]:
    return [(problem.rule, problem.line, problem.column) for problem in load([path]).problems]


def test_a_sound_file_loads_as_it_is_written(write: Write) -> None:
    more = "number: 3\ntags: [no, on, 'x[i:j]']\nteaches: yes\nsources: [https://example.org/a]"
    bank = load([write(file(question(more=more)))])
    assert bank.problems == []
    (loaded,) = bank.questions
    assert (loaded.id, loaded.topic, loaded.pack, loaded.number) == ("file/cls", "Tokens", "file", 3)
    assert loaded.question == "What does [CLS] stand for?"
    assert loaded.tags == ["no", "on", "x[i:j]"]
    assert loaded.teaches == "yes"
    assert [point.hint for point in loaded.key_points] == ["What is read from it?"]
    assert bank.by_id["file/cls"] is loaded


def test_the_short_form_of_an_experiment_is_its_name(write: Write) -> None:
    bank = load([write(file(question(more="experiment: zero_grad")))])
    assert bank.questions[0].experiment.name == "zero_grad"


def test_an_experiment_of_its_own_runs_under_the_questions_id(write: Write) -> None:
    bank = load([write(file(question(more=INLINE)))])
    assert bank.problems == []
    assert bank.questions[0].experiment.name == "file/cls"
    assert bank.questions[0].experiment.has_edits


@pytest.mark.parametrize(
    ("spoil", "rule", "line", "column"),
    [
        (("level: basic", "level: basc"), "type", 4, 12),
        (("level: basic", "level: 3"), "type", 4, 12),
        (("    level: basic\n", ""), "missing-field", 3, 5),
        (("level:", "levle:"), "unknown-field", 4, 5),
        (("id: cls", "id: C L S"), "type", 3, 9),
        (("any: [classification token, summary vector, pooled output]", "any: []"), "type", 8, 48),
        (("any: [classification token, summary vector, pooled output]", "any: [7]"), "type", 8, 49),
        (("hint:", "hnt:"), "unknown-field", 8, 103),
        (("topic: Tokens", "topic: 7"), "type", 1, 8),
        (("topic: Tokens\n", ""), "missing-field", 1, 1),
        (("topic: Tokens", "topic: Tokens\nmore: 1"), "unknown-field", 2, 1),
        (("answer: It", "level: basic\n    answer: It"), "duplicate-key", 6, 5),
        (("answer: It", "answer: !!python/name:os.system It"), "tag", 6, 13),
        (("answer: It", "answer: &a It"), "alias", 6, 13),
        (("answer: It", "answer: a: b"), "syntax", 6, 14),
        (("id: cls", "id: cls\n    pack: null"), "unknown-field", 4, 5),
    ],
)
def test_a_spoiled_place_is_named(
    write: Write, spoil: tuple[str, str], rule: str, line: int, column: int
) -> None:
    sound = file()
    assert sound.count(spoil[0]) == 1
    assert (rule, line, column) in places(write(sound.replace(*spoil)))


def test_every_problem_of_a_question_is_told_at_once(write: Write) -> None:
    spoiled = (
        file().replace("level: basic", "level: basc").replace("hint:", "hnt:").replace("id: cls", "id: C")
    )
    assert len(places(write(spoiled))) == 3


def test_the_nearest_name_is_offered(write: Write) -> None:
    problems = load([write(file().replace("answer:", "anwser:"))]).problems
    assert any(problem.hint == "did you mean 'answer'?" for problem in problems)


def test_good_questions_load_beside_bad_ones(write: Write) -> None:
    bank = load([write(file(question("one"), question("Two"), question("three")))])
    assert [found.id for found in bank.questions] == ["file/one", "file/three"]
    assert bank.place("file/three").line == 15
    assert len(bank.problems) == 1


def test_a_good_file_loads_beside_a_broken_one(write: Write) -> None:
    write(file(question("one")), "team/a.yaml")
    write("questions: [", "team/b.yaml")
    bank = load([write("", "team/c.yaml").parent])
    assert [found.id for found in bank.questions] == ["team/one"]
    assert {Path(problem.file).name for problem in bank.problems} == {"b.yaml", "c.yaml"}


def test_bytes_that_are_no_utf_8_are_named_at_their_place(write: Write) -> None:
    spoiled = file().encode().replace(b"stands for", b"stands \xff for")
    assert places(write(spoiled)) == [("not-utf-8", 6, 23)]


def test_control_characters_are_named_and_never_reach_the_terminal(write: Write) -> None:
    path = write(file().replace("stands for", "stands \x1b[2J for"))
    (problem,) = load([path]).problems
    assert (problem.rule, problem.line, problem.column) == ("control-character", 6, 23)
    assert "\x1b" not in str(problem)


def test_a_second_id_names_both_places(write: Write) -> None:
    path = write(file(question(), question()))
    (problem,) = load([path]).problems
    assert (problem.rule, problem.line) == ("duplicate-id", 9)
    assert f"{path}:3:9" in (problem.hint or "")
    assert len(load([path]).questions) == 1


def test_what_leads_nowhere_is_told_and_left_out(write: Write) -> None:
    more = "follow_ups: [cls-two, cls-too]\nexperiment: zero_grd"
    bank = load([write(file(question(more=more), question("cls-two")))])
    assert {(problem.rule, problem.line, problem.column) for problem in bank.problems} == {
        ("unknown-experiment", 10, 17),
        ("dangling-follow-up", 9, 27),
    }
    assert bank.by_id["file/cls"].follow_ups == ["file/cls-two"]


def test_questions_come_by_number_and_then_as_written(write: Write) -> None:
    text = file(question("last"), question("two", "number: 2"), question("one", "number: 1"), question("end"))
    assert [found.id for found in load([write(text)]).questions] == [
        "file/one",
        "file/two",
        "file/last",
        "file/end",
    ]


def test_a_path_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert [problem.rule for problem in load([tmp_path / "none.yaml"]).problems] == ["unreadable"]


def test_packs_with_the_same_ids_live_together(write: Write) -> None:
    one, two = write(file(), "one/q.yaml").parent, write(file(), "two/q.yaml").parent
    assert [found.id for found in load([one, two]).questions] == ["one/cls", "two/cls"]


def test_only_a_path_in_the_own_bank_is_the_own_bank(tmp_path: Path) -> None:
    from app.bank import OWN

    assert of(OWN).name is None
    assert of(OWN / "data.yaml").name is None
    assert of(tmp_path / "questions") == Pack("questions", tmp_path / "questions")


def test_what_was_read_before_comes_from_the_cache(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(file(question(more=INLINE)))
    first = load([path]).questions
    monkeypatch.setattr("app.bank.load.Document", None)
    assert load([path]).questions == first


def test_a_changed_file_is_read_again(write: Write) -> None:
    path = write(file())
    load([path])
    write(file().replace("[CLS]", "[SEP]"))
    assert load([path]).questions[0].question == "What does [SEP] stand for?"


def test_a_file_that_changed_while_its_size_and_time_stayed_is_read_again(write: Write) -> None:
    path = write(file())
    load([path])
    rewrite(path, lambda content: content.replace(b"[CLS]", b"[SEP]"))
    assert load([path]).questions[0].question == "What does [SEP] stand for?"


def test_what_other_code_has_read_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(file.is_file() for file in cache.CODE)
    code = tmp_path / "reader.py"
    code.write_text("a = 1")
    monkeypatch.setattr(cache, "CODE", [code])
    keys = []
    for digit in (b"2", b"3"):
        cache._code.cache_clear()
        keys.append(cache.digest(b"topic: x", None))
        rewrite(code, lambda content, digit=digit: content[:-1] + digit)
    cache._code.cache_clear()
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    "spoil", [lambda kept: b"", lambda kept: kept[:40], lambda kept: kept[:-9] + b"\xff" * 9]
)
def test_a_broken_cache_is_ignored(write: Write, spoil: Callable[[bytes], bytes]) -> None:
    path = write(file())
    first = load([path]).questions
    (kept,) = cache.folder().iterdir()
    kept.write_bytes(spoil(kept.read_bytes()))
    assert load([path]).questions == first


def test_a_cache_that_cannot_be_written_is_ignored(write: Write, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where a folder should be")
    assert len(load([write(file())]).questions) == 1


def test_a_file_of_nothing_but_wrong_entries_is_cut_short(write: Write) -> None:
    text = "topic: x\nquestions:\n" + "  - 1\n" * 150_000
    problems = load([write(text)]).problems
    assert len(problems) < 120
    assert problems[-1].rule == "more"


def test_a_mistake_made_a_thousand_times_reads_the_file_no_more_often(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(file: str, content: bytes, **more: bool) -> Document:
        read.append(file)
        return Document(file, content, **more)

    monkeypatch.setattr("app.bank.load.Document", counted)
    again = write(file(*[question()] * 500), "again.yaml")
    nowhere = write(file(*(question(f"q-{n}", "follow_ups: [none]") for n in range(500))), "nowhere.yaml")
    assert len(load([again, nowhere]).problems) == 999
    assert len(read) == 4


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: " + "[" * 100_000, "depth"),
        ("- a\n" * 300_000, "size"),
        ("#" * 9_000_000, "size"),
        ("topic: " + "x" * 100_000, "size"),
        ("a: 1\n---\na: 2\n", "documents"),
        ("? [a]\n: 1\n", "key"),
        ("a: &a [x]\nb: *a\n", "alias"),
        ("!!python/object/apply:os.system ['true']", "tag"),
    ],
    ids=["deep", "many", "long", "long text", "documents", "list as key", "alias", "tag"],
)
def test_what_could_do_harm_is_refused(write: Write, text: str, rule: str) -> None:
    assert [problem.rule for problem in load([write(text)]).problems] == [rule]


def test_a_problem_shows_its_line_with_a_caret_under_the_place(write: Write) -> None:
    path = write(file().replace("level: basic", "level: basc"))
    (problem,) = load([path]).problems
    assert str(problem).splitlines() == [
        f"{path}:4:12: error: found the text 'basc', expected basic, intermediate, advanced or debugging; "
        "did you mean 'basic'? [type]",
        "     4 |     level: basc",
        "       |            ^^^^",
    ]


def test_the_caret_stands_under_its_place_after_wide_characters(write: Write) -> None:
    path = write(
        file().replace("any: [classification token, summary vector, pooled output]", "any: [日本, 7]")
    )
    lines = str(load([path]).problems[0]).splitlines()
    before = lines[1][: lines[1].index("7")]
    assert lines[2].index("^") == len(before) + 2
