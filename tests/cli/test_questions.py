"""`viva list`, `viva show` and `viva check`: what they choose and that text comes out as it went in."""

import json

from experiments.engine import Outcome
from experiments.engine.events import Bye, Error

TEXT = "What do `[CLS]` and [/SEP] mark, and what is P[Y=1|x]?"


def test_list_shows_question_text_as_it_stands(viva, bank):
    ended = viva("list", "--bank", bank, "--topic", "small")
    assert ended.code == 0
    assert TEXT in ended.out
    assert len(ended.out.splitlines()) == 3


def test_the_bank_may_be_named_before_the_command_too(viva, bank):
    after = viva("list", "--bank", bank, "--json").out
    assert viva("--bank", bank, "list", "--json").out == after
    assert "small/brackets" in after


def test_list_filters(viva, bank):
    def ids(*words):
        return [one["id"] for one in json.loads(viva("--bank", bank, "list", "--json", *words).out)]

    everything = ids()
    assert set(ids("--level", "Advanced")) < set(everything)
    assert "small/own-code" in ids("--level", "advanced")
    assert "small/brackets" not in ids("--level", "advanced")
    assert ids("--tag", "tokens", "--topic", "SMALL") == ["small/brackets"]


def test_show_has_everything_as_it_stands(viva, bank):
    out = viva("--bank", bank, "show", "small/brackets").out
    for part in (TEXT, "`x[i:j]` is a slice, and <b> is not HTML.", "[bold]loud[/bold] is markup"):
        assert part in out
    assert "they mark the ends" in out
    assert "optimizer.zero_grad()" in out
    assert "viva run small/brackets" in out


def test_show_can_keep_the_answer_back(viva, bank):
    out = viva("--bank", bank, "show", "small/brackets", "--no-answer").out
    assert TEXT in out
    for part in ("slice", "they mark", "loud"):
        assert part not in out
    kept = json.loads(viva("--bank", bank, "show", "small/brackets", "--no-answer", "--json").out)
    assert not kept.keys() & {"answer", "key_points", "traps", "teaches"}


def test_what_could_steer_a_terminal_is_shown_instead(viva, bank):
    text = bank.read_text().replace("What if the rate", r'"\e]0;owned\a What if the rate', 1)
    text = text.replace("a hundredth?", 'a hundredth?"', 1)
    bank.write_text(text)
    out = viva("--bank", bank, "show", "small/own-code").out
    assert "\x1b" not in out
    assert "\\x1b]0;owned" in out


def test_check_is_quiet_about_a_good_file(viva, bank):
    ended = viva("check", bank)
    assert (ended.code, ended.out) == (0, "No problems.\n")


def test_check_names_place_and_expectation(viva, bank):
    bank.write_text(bank.read_text().replace("experiment: zero_grad", "experiment: zero_grd"))
    ended = viva("check", bank)
    line = bank.read_text().splitlines().index("    experiment: zero_grd") + 1
    assert ended.code == 2
    assert f"{bank}:{line}:17: error:" in ended.out
    assert "did you mean 'zero_grad'?" in ended.out
    told = json.loads(viva("check", bank, "--json").out)
    assert told["errors"] == 1
    assert told["problems"][0]["line"] == line


def test_warnings_alone_do_not_fail(viva, bank):
    bank.write_text(bank.read_text().replace(", hint: Where do they stand?", ""))
    ended = viva("check", bank)
    assert ended.code == 0
    assert "warning" in ended.out


def test_a_broken_file_leaves_the_good_questions_and_says_so(viva, bank):
    bank.write_text(bank.read_text().replace("level: basic", "level: basik"))
    ended = viva("--bank", bank, "list", "--json")
    ids = [one["id"] for one in json.loads(ended.out)]
    assert "small/own-code" in ids
    assert "small/brackets" not in ids
    assert f"`viva check {bank}` shows where" in ended.err


def test_check_runs_experiments_where_asked_and_tells_what_they_do_not_confirm(viva, bank, scripted, hello):
    outcomes = iter(["learns worse", "diverges"])
    raced = scripted(lambda plan: [hello(plan), Outcome(next(outcomes), "So.", {}), Bye(1.0, 1)])
    text = bank.read_text()
    bank.write_text(text[: text.index("  - id: own-code")])
    assert viva("check", bank).code == 0
    assert raced == []
    ended = viva("check", bank, "--run")
    assert ended.code == 1
    assert "the run's outcome 'learns worse', expected 'diverges'" in ended.out
    assert viva("check", bank, "--run").code == 0


def test_check_runs_no_code_of_others_without_a_yes(viva, bank, scripted, hello):
    raced = scripted(lambda plan: [hello(plan), Outcome(next(iter(plan.outcomes)), "So.", {}), Bye(1.0, 1)])
    ended = viva("check", bank, "--run")
    assert ended.code == 2
    assert "edits that nobody said yes to" in ended.out
    assert "small/own-code" not in {plan.name for plan in raced}
    assert viva("check", bank, "--run", "--trust").code == 0
    assert "small/own-code" in {plan.name for plan in raced}


def test_a_check_whose_run_fails_says_which(viva, bank, scripted):
    scripted(lambda plan: [Error("WorkerDied", "it died"), Bye(1.0, 1)])
    ended = viva("check", bank, "--run")
    assert ended.code == 1
    assert "small/brackets: it died" in ended.err
