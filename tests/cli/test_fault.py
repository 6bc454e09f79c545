"""`viva fault`: a case as JSON and as a file, what is refused, and a judgement by a real run."""

import json

import pytest

from app.faults.case import draw
from tests.faults import made

LEVELS = ("basic", "intermediate", "advanced", "debugging")


@pytest.fixture(autouse=True)
def cases(monkeypatch):
    made.use(monkeypatch)


@pytest.mark.parametrize("level", LEVELS)
def test_a_case_as_json_has_the_page_and_nothing_of_what_is_wrong(viva, level):
    ended = viva("fault", "--seed", 7, "--level", level, "--json")
    case = draw(7, level)
    told = json.loads(ended.out)
    assert ended.code == 0 and told["page"] == case.sick and told["faults"] == len(case.faults)
    for fault in case.faults:
        assert fault.id not in ended.out and fault.fault.cause not in ended.out


def test_a_written_page_says_which_case_it_is_and_comes_back_as_it_was(viva, tmp_path):
    from app.commands.fault import read

    file = tmp_path / "case.py"
    ended = viva("fault", "--seed", 7, "--level", "advanced", "--write", file)
    assert ended.code == 0 and str(file) in ended.out
    case, text = read(file)
    assert case == draw(7, "advanced") and text == case.sick
    assert file.read_text().startswith("# viva fault --seed 7 --level advanced\n# “The score is better")
    assert viva("fault", "--seed", 7, "--write", file).code == 2
    assert viva("fault", "--seed", 7, "--level", "advanced", "--write", "-").out == file.read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--seed", 7, "--level", "hard"], "no level is called 'hard'"),
        (["--seed", 7], "a case needs a terminal"),
        (["--judge", "missing.py"], "cannot be read"),
        (["--judge", "here.py"], "does not say which case it is"),
        (["--judge", "here.py", "--seed", 7], "leave out --seed"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(viva, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.py").write_text("print(1)\n")
    ended = viva("fault", *words)
    assert ended.code == 2 and says in ended.err and ended.err.count("\n") == 1


def test_a_page_that_was_changed_runs_only_with_a_yes(viva, tmp_path):
    file = tmp_path / "case.py"
    viva("fault", "--seed", 7, "--write", file)
    file.write_text(file.read_text() + "print('mine')\n")
    ended = viva("fault", "--judge", file)
    assert ended.code == 2 and "+print('mine')" in ended.err and "nobody is here to say yes" in ended.err


def test_a_page_that_python_cannot_read_is_told_with_its_line(viva, tmp_path):
    file = tmp_path / "case.py"
    viva("fault", "--seed", 7, "--write", file)
    file.write_text(file.read_text() + "def\n")
    ended = viva("fault", "--judge", file, "--trust")
    assert ended.code == 2 and "invalid syntax" in ended.err


@pytest.mark.run
def test_a_page_that_still_raises_is_judged_by_running_it(viva, tmp_path, monkeypatch):
    small = {"num_training_steps": 2, "num_train_examples": 32, "num_eval_examples": 16}
    monkeypatch.setattr("app.faults.plan.SETTINGS", small)
    monkeypatch.setattr("app.faults.mending.SEEDS", 1)
    file = tmp_path / "case.py"
    viva("fault", "--seed", 7, "--level", "basic", "--write", file)
    ended = viva("fault", "--judge", file, "--json")
    told = json.loads(ended.out)
    assert ended.code == 1 and not told["right"] and "raises AttributeError on line" in told["words"]
