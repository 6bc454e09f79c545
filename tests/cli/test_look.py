"""`viva look` prints what a line holds in two runs, and refuses what it cannot look at."""

import json

import pytest

SMALL = ("--steps", "3", "--eval-examples", "16")


@pytest.mark.run
def test_a_line_is_shown_for_both_variants_before_and_after_it_is_run(process):
    ended = process("look", "zero_grad", "--at", "optimizer.step()", "--round", "2", *SMALL)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert "cleared: line 75, round 2: optimizer.step()" in lines
    assert "piling up: line 75, round 2: optimizer.step()" in lines
    (rates,) = [line for line in lines if line.startswith("optimizer ") and line.endswith("=")]
    assert rates.count("lr 0.0006667") == 2
    gradients = [line for line in lines if line.startswith("optimizer: gradients")]
    assert gradients[0].count("norm") == 2 and gradients[0][-1] == "×"
    assert lines.index("before it is run") < lines.index("changed by it")


@pytest.mark.run
def test_json_has_what_a_program_needs(process):
    names = ("--name", "model.classifier.weight.grad", "--name", 'batch["input_ids"]')
    ended = process("look", "zero_grad", "--first-difference", "--json", *names, *SMALL)
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["first_difference"]["sentence"].startswith("round 2, line 75: the gradients (41 tensors,")
    assert "until then equal to the last bit" in told["first_difference"]["sentence"]
    gradient, ids = told["variants"]["cleared"]["before"]
    assert gradient["data"]["shape"] == [2, 128] and gradient["data"]["norm"] > 0
    assert 0 < ids["data"]["padding"] < 1
    assert told["same"] == {"model.classifier.weight.grad": False, 'batch["input_ids"]': True}
    assert told["variants"]["piling up"]["line"] == 75


@pytest.mark.run
def test_a_round_that_does_not_come_is_told_with_what_came_instead(process):
    ended = process("look", "zero_grad", "--at", "75", "--round", "9", *SMALL)
    assert ended.code == 1
    assert "cleared does not come to line 75 in round 9: its page ended before, after 3 steps" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say where to look: --at LINE, or --first-difference"),
        (("--at", "5", "--first-difference"), "say where to look"),
        (("--at", "500"), "--at 500: no line of the page; it has 91"),
        (("--at", "no such text"), "--at no such text: no line of the page"),
        (("--at", "33", "--round", "2"), "--round 2: line 33 stands in no loop"),
        (("--at", "75", "--name", "loss.item()"), "'loss.item()': expected a name"),
        (("--at", "75", "--variant", "pilling up"), "no variant 'pilling up'; did you mean 'piling up'"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_before_anything_runs(viva, words, said):
    ended = viva("look", "zero_grad", *words)
    assert ended.code == 2
    assert said in ended.err and "Traceback" not in ended.err


def test_foreign_edits_are_not_run_without_a_yes(viva, bank):
    ended = viva("look", "small/own-code", "--at", "75", "--bank", bank)
    assert ended.code == 2 and "nobody is here to say yes" in ended.err


def test_stepping_needs_a_terminal(viva):
    ended = viva("run", "zero_grad", "--step")
    assert ended.code == 2 and "`viva look` prints what a line holds" in ended.err
