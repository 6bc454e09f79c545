"""`viva run` as it is told, from races that are scripted: what stands in a report, and how failures end."""

import pytest

from experiments.engine import Outcome
from experiments.engine.events import Bye, Error, Eval, Raised, Step, decode

STEPS = 10


def steps(variant):
    return [
        Step(variant, number, STEPS, 0.7 - number / 100, 1e-3, 1.0, 64, 8, 0.01)
        for number in range(1, STEPS + 1)
    ]


@pytest.fixture
def race(scripted, hello):
    """Scripts a whole race of zero_grad; `also` are events before the verdict."""

    def script(*also, evidence=None):
        table = evidence or {"loss": {"cleared": 0.3333, "piling up": None}, "tokens": {"cleared": 12345}}
        return scripted(
            lambda plan: [
                hello(plan),
                *steps("cleared"),
                Eval("cleared", 0.75, 0.8125),
                *also,
                Outcome("diverges", "It went [up], by 1/2.", table),
                Bye(1.0, 1000),
            ]
        )

    return script


def test_a_report_names_model_data_seed_device_and_versions(viva, race):
    race()
    words = ("--seed", 7, "--steps", STEPS, "--batch-size", 16, "--train-examples", 64)
    out = viva("run", "zero_grad", *words).out
    for part in ("model bundled", "data bundled", "seed 7", "10 steps of 16 pairs", "64 training pairs"):
        assert part in out
    for part in ("cpu", "torch 2.99.0", "transformers 5.99.0"):
        assert part in out


def test_a_report_shows_the_diff_the_numbers_the_verdict_and_the_finding(viva, race):
    race()
    ended = viva("run", "zero_grad")
    assert ended.code == 0
    assert "cleared: the page as it stands" in ended.out
    assert "\n  -        optimizer.zero_grad()\n" in ended.out
    lines = ended.out.splitlines()
    assert "loss    0.333    –" in lines
    assert "tokens  12,345   –" in lines
    assert any(line.startswith("verdict: diverges") for line in lines)
    assert lines[-1] == "It went [up], by 1/2."


def test_a_pipe_gets_a_line_now_and_then_and_no_escapes(viva, race):
    race()
    ended = viva("run", "zero_grad")
    told = [line for line in ended.out.splitlines() if line.startswith("cleared: step")]
    assert [line.split()[2] for line in told] == ["2", "4", "6", "8", "10"]
    assert "cleared: accuracy 0.75, f1 0.812" in ended.out
    assert "\x1b" not in ended.out
    assert ended.err == ""


def test_an_exception_stands_on_its_line_of_the_edited_page(viva, race):
    race(Raised("piling up", "ValueError", "no [such] thing", 77))
    out = viva("run", "zero_grad").out
    assert "piling up raised ValueError on line 77 of its page" in out
    at = out.splitlines().index("piling up raised ValueError on line 77 of its page")
    assert "77 |         completed_steps += 1" in out.splitlines()[at + 1]
    assert "no [such] thing" in out.splitlines()[at + 2]


def test_a_small_table_in_the_evidence_stands_by_itself(viva, race):
    race(evidence={"types": {"cleared": [["column", "type"], ["labels", "Tensor"]]}, "rows": {"cleared": 3}})
    lines = viva("run", "zero_grad").out.splitlines()
    at = lines.index("types, cleared")
    assert [line.split() for line in lines[at + 1 : at + 3]] == [["column", "type"], ["labels", "Tensor"]]


def test_a_question_brings_its_settings_and_hears_whether_it_stands(viva, race, bank):
    bank.write_text(
        bank.read_text().replace("experiment: zero_grad", "experiment: {name: zero_grad, set: {steps: 33}}")
    )
    raced = race()
    out = viva("run", "small/brackets", "--bank", bank).out
    assert raced[0].settings.num_training_steps == 33
    assert "The answer to small/brackets stands on this outcome." in out
    viva("run", "small/brackets", "--bank", bank, "--steps", 44)
    assert raced[1].settings.num_training_steps == 44
    bank.write_text(bank.read_text().replace("teaches: diverges", "teaches: learns anyway"))
    out = viva("run", "small/brackets", "--bank", bank).out
    assert "stands on 'learns anyway'; this run did not come to it." in out


def test_every_setting_can_be_chosen(viva, race, tmp_path):
    raced = race()
    viva(
        *("run", "zero_grad", "--seed", 1, "--steps", 2, "--batch-size", 3, "--learning-rate", 0.5),
        *("--train-examples", 5, "--eval-examples", 6, "--set", "num_warmup_steps=7"),
    )
    used = raced[0].settings
    chosen = (used.seed, used.num_training_steps, used.batch_size, used.learning_rate)
    assert chosen == (1, 2, 3, 0.5)
    assert (used.num_train_examples, used.num_eval_examples, used.num_warmup_steps) == (5, 6, 7)


def test_json_is_the_events_and_nothing_else(viva, race):
    race()
    events = [decode(line) for line in viva("run", "zero_grad", "--json").out.splitlines()]
    assert [type(event).__name__ for event in events[-2:]] == ["Outcome", "Bye"]
    assert len(events) == STEPS + 4


@pytest.mark.parametrize(("by_input", "code"), [(True, 2), (False, 1)])
def test_an_error_ends_by_whose_fault_it_is(viva, scripted, monkeypatch, by_input, code):
    error = Error("OSError", "the disk is on fire", "Traceback: in libfire", "cleared", by_input)
    other = Error("OSError", "the disk is on fire", "Traceback: in libfire", "piling up", by_input)
    scripted(lambda plan: [error, other, Bye(1.0, 1)])
    ended = viva("run", "zero_grad")
    assert (ended.code, ended.err) == (code, "viva: the disk is on fire\n")
    monkeypatch.setenv("VIVA_DEBUG", "1")
    assert "in libfire" in viva("run", "zero_grad").err


def test_an_interruption_while_it_runs_is_130(viva, scripted):
    def interrupted(plan):
        raise KeyboardInterrupt

    scripted(interrupted)
    ended = viva("run", "zero_grad")
    assert (ended.code, ended.err.strip()) == (130, "viva: interrupted")


def test_what_could_not_be_loaded_is_named_in_one_line(viva, scripted):
    error = Error("OSError", "line 36 of the page:\nnot to be found\non the hub", "", "cleared", True)
    scripted(lambda plan: [error, Bye(1.0, 1)])
    ended = viva("run", "zero_grad", "--model", "no/such-model")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("viva: model no/such-model: line 36 of the page: not to be found")


def test_many_variants_stand_one_under_the_other(viva, race):
    row = {f"v{number}": float(number) for number in range(6)}
    race(evidence={"loss": row, "f1": {"v2": 0.25}})
    lines = [line.split() for line in viva("run", "zero_grad").out.splitlines()]
    at = lines.index(["loss", "f1"])
    assert lines[at + 3] == ["v2", "2", "0.25"]
    assert lines[at + 6] == ["v5", "5", "–"]
