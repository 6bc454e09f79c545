"""What a person at a terminal sees: colours, columns, text as it is, and a question before code runs."""

import re

import pytest

from app.study.store import FILE_NAME, Store

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\].*?\x07")
ASKED = "Run it, now and whenever it is the same?"


def seen(text):
    """The text without its colours, its lines joined as they were before they were wrapped."""
    return " ".join(ESCAPES.sub("", text).split())


def test_markdown_is_rendered_and_brackets_and_tags_stay(terminal, bank):
    code, shown = terminal("--bank", bank, "show", "small/brackets")
    assert code == 0
    assert "What do [CLS] and [/SEP] mark, and what is P[Y=1|x]?" in seen(shown)
    assert "x[i:j] is a slice, and <b> is not HTML." in seen(shown)
    assert "[bold]loud[/bold] is markup" in seen(shown)
    assert "\x1b[" in shown


def test_a_list_fits_the_terminal(terminal, bank):
    code, shown = terminal("--bank", bank, "list")
    assert code == 0
    assert all(len(ESCAPES.sub("", line)) <= 100 for line in shown.splitlines())
    assert "small/brackets" in shown


def test_a_no_runs_nothing_and_is_not_remembered(terminal, bank, home):
    code, shown = terminal("--bank", bank, "run", "small/own-code", answers={ASKED: "n"})
    assert code == 1
    assert "lr=learning_rate / 100" in seen(shown)
    assert "verdict" not in shown
    with Store(home / FILE_NAME) as store:
        assert store._db.execute("SELECT count(*) FROM trust").fetchone()[0] == 0


def test_ctrl_d_at_the_question_runs_nothing(terminal, bank):
    code, shown = terminal("--bank", bank, "run", "small/own-code", answers={ASKED: "\x04"})
    assert code in (1, 130)
    assert "verdict" not in shown


def test_without_a_terminal_code_of_others_is_refused(process, bank):
    ended = process("--bank", bank, "run", "small/own-code")
    assert ended.code == 2
    assert ended.out == ""
    assert "--trust" in ended.err
    assert "lr=learning_rate / 100" in ended.err  # what it would run is shown all the same


def test_json_into_a_pipe_cannot_slip_past_the_question(process, bank):
    ended = process("--bank", bank, "run", "small/own-code", "--json")
    assert (ended.code, ended.out) == (2, "")


def test_another_edit_is_asked_for_again(viva, bank, home, scripted, hello):
    """A yes is for these edits, not for whatever the question becomes."""
    from app.bank.content import content_hash
    from app.bank.load import load

    question = load([bank]).by_id["small/own-code"]
    with Store(home / FILE_NAME) as store:
        store.trust(content_hash(question.experiment))
    raced = scripted(lambda plan: [hello(plan)])
    viva("--bank", bank, "run", "small/own-code")
    assert len(raced) == 1
    bank.write_text(bank.read_text().replace("learning_rate / 100", "learning_rate / 200"))
    assert viva("--bank", bank, "run", "small/own-code").code == 2
    assert len(raced) == 1


@pytest.mark.run
@pytest.mark.timeout(300)
def test_a_yes_runs_with_bars_and_is_remembered(terminal, viva, bank, scripted, hello):
    words = ("--bank", bank, "run", "small/own-code", "--steps", 4, "--eval-examples", 16)
    code, shown = terminal(*words, answers={ASKED: "y"})
    assert code == 0, shown
    assert "━" in shown
    assert "verdict: " in shown
    raced = scripted(lambda plan: [hello(plan)])
    viva(*words)
    assert len(raced) == 1, "nobody is here to say yes, and it runs"
