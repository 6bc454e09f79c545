"""The page as text: edits fit exactly once, knobs keep the lines where they are."""

import ast
import subprocess
import sys

import pytest

from experiments.engine import Edit, page, settings, sources
from experiments.engine.page import PageError

TEXT = "seed = 42\nif seed:\n    print(seed)\n    print(seed)\n"


def test_an_edit_replaces_what_stands_once() -> None:
    assert page.apply(TEXT, [Edit("if seed:", "if not seed:")]) == TEXT.replace("if seed", "if not seed")


def test_edits_are_made_in_their_order() -> None:
    assert page.apply("a\n", [Edit("a", "b"), Edit("b", "c")]) == "c\n"


@pytest.mark.parametrize(
    ("old", "found"),
    [("scheduler", "does not stand"), ("print(seed)", "stands 2 times"), ("", "does not stand")],
)
def test_an_edit_that_does_not_stand_once_is_refused_and_named(old: str, found: str) -> None:
    with pytest.raises(PageError) as refused:
        page.apply(TEXT, [Edit(old, "new")])
    assert repr(old) in str(refused.value)
    assert found in str(refused.value)


def test_checking_edits_says_whose_they_are() -> None:
    with pytest.raises(PageError, match=r"experiment 'x': 'no such line' does not stand"):
        page.check_edits([Edit("no such line", "")], "experiment 'x'")


def test_edits_that_break_python_are_refused_with_the_line() -> None:
    first, _ = page.lines_of("model.train()")
    with pytest.raises(PageError, match=rf"experiment 'x': line {first} of the edited page"):
        page.check_edits([Edit("model.train()", "model.train(")], "experiment 'x'")


def test_defaults_leave_the_page_as_it_is() -> None:
    assert page.build(sources.knobs(settings.build())) == page.loop()


def test_knobs_are_set_and_every_line_keeps_its_number() -> None:
    chosen = {"seed": 7, "batch_size": 3, "learning_rate": 0.25, "steps": 5, "num_eval_examples": 9}
    text = page.build(sources.knobs(settings.build(chosen)))
    before, after = page.loop().splitlines(), text.splitlines()
    assert len(before) == len(after)
    assert {now for was, now in zip(before, after, strict=True) if was != now} == {
        "seed = 7",
        "batch_size = 3",
        "learning_rate = 0.25",
        "num_warmup_steps = 0",
        "num_training_steps = 5",
        "num_eval_examples = 9",
    }


def test_sources_are_written_as_literals(tmp_path) -> None:
    folder = tmp_path / 'it\'s "quoted" \\ and {braced}'
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    text = page.build(sources.knobs(settings.build({"model": str(folder), "data": "hub"})))
    values = {
        node.targets[0].id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(values["checkpoint"]) == str(folder)
    assert ast.literal_eval(values["dataset"]) == ["nyu-mll/glue", "mrpc"]


def test_a_knob_that_the_page_lacks_is_refused() -> None:
    with pytest.raises(PageError, match="no knob called 'momentum'"):
        page.set_knobs(page.loop(), {"momentum": 0.9})


def test_the_lines_of_a_place_are_those_of_its_innermost_statement() -> None:
    def text(place: str) -> list[str]:
        first, last = page.lines_of(place)
        return page.loop().splitlines()[first - 1 : last]

    assert text("optimizer.zero_grad()") == ["        optimizer.zero_grad()"]
    assert text("def tokenize_function")[0].startswith("def tokenize_function")
    assert len(text("def tokenize_function")) == 2
    assert text("train_dataset, shuffle=True")[0] == "train_dataloader = DataLoader("
    assert text("optimizer.step()\n        lr_scheduler.step()")[0].startswith("for epoch in") is False
    assert text("optimizer.step()\n        lr_scheduler.step()")[0].lstrip().startswith("for batch in")


@pytest.mark.parametrize("place", ["", "no such words"])
def test_the_lines_of_a_place_that_is_not_there(place: str) -> None:
    with pytest.raises(PageError):
        page.lines_of(place)


def test_the_difference_of_a_page_to_itself_is_empty_and_to_an_edited_one_its_edit() -> None:
    assert page.diff(page.loop(), page.loop()) == ""
    edited = page.build({}, [Edit("        optimizer.zero_grad()\n", "")])
    changed = [line for line in page.diff(page.loop(), edited).splitlines()[2:] if line[0] in "+-"]
    assert changed == ["-        optimizer.zero_grad()"]


@pytest.mark.run
def test_the_page_runs_as_a_script_by_itself(tmp_path) -> None:
    script, started_in = tmp_path / page.LOOP.name, tmp_path / "elsewhere"
    few = settings.build({"steps": 20, "num_train_examples": 160, "num_eval_examples": 32, "batch_size": 8})
    script.write_text(page.build(sources.knobs(few)), encoding="utf-8")
    (tmp_path / sources.BUNDLED.name).symlink_to(sources.BUNDLED)
    started_in.mkdir()
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=started_in)
    assert done.returncode == 0, done.stderr
    scores = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    assert set(scores) == {"accuracy", "f1"}
    assert all(0 < score <= 1 for score in scores.values())
    assert not list(started_in.iterdir()), "a run leaves nothing behind where it was started"


@pytest.mark.parametrize("new", ["x = " + "-" * 100_000 + "1", "x = " + "+".join("1" * 200_000), "\0"])
def test_what_pythons_parser_gives_up_on_is_a_problem_of_the_edit(new: str) -> None:
    with pytest.raises(PageError, match="experiment 'x'"):
        page.check_edits([Edit("seed = 42", new)], "experiment 'x'")
