"""The command line as a whole: what it says of itself, its exit codes, what it imports."""

import json
import subprocess
import sys
from textwrap import dedent

import click
import pytest

from app import cli, commands
from app.bank import OWN
from app.bank.load import load
from experiments.engine import catalog

NAMES = cli.viva.list_commands(click.Context(cli.viva))


def test_without_a_terminal_it_says_what_there_is_and_how_to_run_it(process):
    ended = process()
    assert ended.code == 0
    assert f"{len(load([OWN]).questions)} questions" in ended.out
    assert f"{len(catalog.names())} experiment" in ended.out
    assert "viva run zero_grad" in ended.out


def test_a_bank_given_counts(viva, bank):
    before, after = viva(), viva("--bank", bank)
    assert before.out != after.out
    assert f"{len(load([OWN]).questions) + 2} questions" in after.out


def test_help_names_every_command(viva):
    ended = viva("--help")
    assert ended.code == 0
    assert len(NAMES) > 10
    for name in NAMES:
        assert f"  {name} " in ended.out
        assert cli._module(name).command.short_help in " ".join(ended.out.split())


def test_a_command_is_one_file(viva, tmp_path, monkeypatch):
    text = """
        import click

        SECTION = "Write"

        @click.command("wave", short_help="Wave to whoever looks.")
        def command():
            click.echo("waved")
    """
    (tmp_path / "wave.py").write_text(dedent(text))
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "app.commands.wave", raising=False)
    assert "Wave to whoever looks." in viva("--help").out
    assert viva("wave").out == "waved\n"
    assert "did you mean 'wave'?" in viva("wav").err


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_an_example(viva, name):
    ended = viva(name, "--help")
    assert ended.code == 0
    assert f"viva {name}" in ended.out.split("Examples:")[1]


def test_version(viva):
    ended = viva("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "viva,")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["lst"], "did you mean 'list'?"),
        (["run", "zero_grd"], "did you mean 'zero_grad'?"),
        (["run", "999"], "no question has the number 999"),
        (["run", "zero_grad", "--sede", "1"], "did you mean '--seed'?"),
        (["run", "zero_grad", "--seed", "one"], "'one' is not a valid integer"),
        (["run", "zero_grad", "--set", "batch_sise=4"], "did you mean 'batch_size'?"),
        (["run", "zero_grad", "--set", "batch_size"], "expected name=value"),
        (["run", "zero_grad", "--batch-size", "0"], "batch_size = 0"),
        (["run", "zero_grad", "--steps", "-1"], "num_training_steps = -1"),
        (["run", "zero_grad", "--model", "bundeld"], "did you mean 'bundled'?"),
        (["run", "zero_grad", "--model", "/no/such/folder"], "/no/such/folder"),
        (["run", "zero_grad", "--data", "/no/such/folder"], "/no/such/folder"),
        (["show", "zero-gard"], "did you mean 'zero-grad'?"),
        (["list", "--level", "advancd"], "did you mean 'advanced'?"),
        (["list", "--experiments", "--level", "basic"], "leave them out"),
        (["--bank", "/no/such/folder", "list"], "/no/such/folder"),
        (["check", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_bad_input_is_one_line_with_the_nearest_right_name(viva, words, hint):
    ended = viva(*words)
    assert ended.code == 2
    said = [line for line in (ended.err + ended.out).splitlines() if "in the bank" not in line]
    assert any(hint in line for line in said)
    assert "Traceback" not in ended.err
    if words[0] != "check":
        assert len(said) == 1
        assert ended.out == ""


def test_a_defect_is_told_without_a_traceback_unless_asked(viva, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("app.terminal.common.load", broken)
    ended = viva("list")
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "by accident" in ended.err
    assert "VIVA_DEBUG=1" in ended.err
    monkeypatch.setenv("VIVA_DEBUG", "1")
    assert "Traceback" in viva("list").err


def test_an_interruption_is_130(viva, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("app.terminal.common.load", interrupted)
    assert viva("list").code == 130


def test_a_reader_that_leaves_early_is_no_drama():
    command = f"{sys.executable} -m app.cli show 18 --json | head -c 5; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stderr.replace("\n", "") == "" or "in the bank" in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert len(done.stdout) == 5


@pytest.mark.parametrize(
    ("where", "code", "said"), [(">&-", 0, ""), ("> /dev/full", 1, "No space left on device")]
)
def test_an_output_that_takes_nothing_is_no_traceback(where, code, said):
    command = f"{sys.executable} -m app.cli --version {where}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_an_encoding_without_the_characters_shows_the_rest(process, bank):
    bank.write_text(bank.read_text().replace("It learns slowly.", "It learns slowly · 10× slower."))
    ended = process("--bank", bank, "show", "small/own-code", PYTHONIOENCODING="ascii")
    assert ended.code == 0, ended.err
    assert "It learns slowly ? 10? slower." in ended.out


@pytest.fixture
def opened(monkeypatch):
    """What the app was opened with, as if in a terminal."""
    calls = []
    monkeypatch.setattr("app.cli.is_watched", lambda stream: True)
    monkeypatch.setattr("app.commands.interview.is_watched", lambda stream: True)
    monkeypatch.setattr("app.tui.run_app", lambda **options: calls.append(options) or 0)
    return calls


def test_in_a_terminal_it_opens_the_app_with_the_banks_given(viva, bank, opened):
    assert viva("--bank", bank).code == 0
    assert opened == [{"bank_paths": [bank]}]


def test_an_interview_opens_the_app_with_what_was_asked_for(viva, opened):
    words = ("--minutes", 30, "--questions", 4, "--level", "Advanced", "--seed", 7)
    assert viva("interview", *words).code == 0
    wanted = {"minutes": 30.0, "count": 4, "level": "advanced", "seed": 7}
    assert opened == [{"bank_paths": [], "interview": wanted}]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["list"], ["show", "1"], ["check"]])
def test_plain_commands_import_neither_the_app_nor_the_libraries(words):
    heavy = ["textual", "torch", "transformers", "datasets", "evaluate", "accelerate", "numpy", "pandas"]
    code = f"""
import sys
from app.cli import main
try:
    main({words!r})
except SystemExit:
    pass
print("LOADED", [name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "LOADED []", done.stderr


def test_json_of_a_list_and_of_a_question_parses(viva):
    listed = json.loads(viva("list", "--json").out)
    assert {"number", "id", "level", "question", "experiment"} <= listed[0].keys()
    shown = json.loads(viva("show", listed[0]["id"], "--json").out)
    assert shown["question"].strip() == listed[0]["question"]
    experiments = json.loads(viva("list", "--experiments", "--json").out)
    assert [one["name"] for one in experiments] == catalog.names()
