"""`viva verify`: which experiments it runs, and when it says that an answer is not confirmed."""

import json
from types import SimpleNamespace

import pytest

from app.bank import OWN
from app.bank.load import load
from app.bank.schema import Inline
from app.terminal.cases import cases_for
from experiments.engine import Outcome, catalog
from experiments.engine.events import Bye, Error

ZERO_GRAD = load([OWN]).by_id["zero-grad"]
TAUGHT = str(ZERO_GRAD.teaches)
OTHER = next(name for name in catalog.find("zero_grad").experiment.outcomes if name != TAUGHT)


@pytest.fixture
def comes_to(scripted, hello):
    """Every race comes to what `outcome(plan)` says; None is a failure."""

    def install(outcome):
        def script(plan):
            name = outcome(plan)
            if name is None:
                return [hello(plan), Error("WorkerDied", "it died"), Bye(2.0, 1)]
            evidence = {
                "loss": {"cleared": 0.5, "piling up": 2.0},
                "kind": {"cleared": "a|b", "piling up": "<x>"},
            }
            return [hello(plan), Outcome(name, "It did | so, as list<int>.", evidence), Bye(2.0, 1)]

        return scripted(script)

    return install


def test_confirmed_over_all_seeds(viva, comes_to):
    raced = comes_to(lambda plan: TAUGHT)
    ended = viva("verify", "zero_grad", "--seeds", 3)
    assert ended.code == 0
    assert [plan.settings.seed for plan in raced] == [42, 43, 44]
    assert f"{TAUGHT} ×3" in ended.out
    assert "1 of 1 experiment confirmed." in ended.out


def test_one_seed_that_disagrees_is_not_confirmed(viva, comes_to):
    comes_to(lambda plan: OTHER if plan.settings.seed == 43 else TAUGHT)
    ended = viva("verify", "zero_grad", "--seeds", 2)
    assert ended.code == 1
    assert "not confirmed: zero_grad" in ended.err
    assert "NO" in ended.out


def test_a_run_that_fails_is_not_confirmed(viva, comes_to):
    comes_to(lambda plan: None)
    ended = viva("verify", "zero_grad", "--json")
    told = json.loads(ended.out)
    assert ended.code == 1
    assert told["agrees"] is False
    assert told["runs"][0]["error"] == "it died"


def test_json_tells_what_was_measured_on_what(viva, comes_to, tmp_path):
    comes_to(lambda plan: TAUGHT)
    told = json.loads(viva("verify", "18", "--json", "--seed", 7).out)
    assert told["questions"] == {"zero-grad": TAUGHT}
    assert told["outcomes"] == {TAUGHT: 1}
    assert (told["runs"][0]["seed"], told["model"], told["data"]) == (7, "bundled", "bundled")
    assert told["libraries"]["torch"] == "2.99.0"


def test_without_names_everything_runs_once(comes_to):
    bank = load([OWN])
    cases = cases_for([], bank)
    with_one = [question for question in bank.questions if question.experiment]
    own = {question.id for question in with_one if isinstance(question.experiment, Inline)}
    assert {case.trial.name for case in cases} == set(catalog.names()) | own
    told = [name for case in cases for name in case.teaches]
    assert sorted(told) == sorted(question.id for question in with_one)


def test_questions_share_a_run_where_their_settings_are_the_same(bank):
    text = bank.read_text()
    entry = text[text.index("  - id: brackets") : text.index("  - id: own-code")].replace("number: 900", "")
    other = entry.replace("id: brackets", "id: other")
    third = entry.replace("id: brackets", "id: third").replace(
        "experiment: zero_grad", "experiment: {name: zero_grad, set: {steps: 7}}"
    )
    bank.write_text(text + other + third)
    cases = cases_for(["zero_grad"], load([bank]))
    assert [list(case.teaches) for case in cases] == [["small/brackets", "small/other"], ["small/third"]]


def test_an_unknown_name_is_bad_input(viva):
    ended = viva("verify", "zero_gard")
    assert ended.code == 2
    assert "did you mean 'zero_grad'?" in ended.err


def test_edits_of_others_are_refused_when_named_and_left_out_when_not(viva, comes_to, bank):
    raced = comes_to(lambda plan: next(iter(plan.outcomes)))
    ended = viva("verify", "small/own-code", "--bank", bank)
    assert (ended.code, raced) == (2, [])
    ended = viva("verify", "--bank", bank, "--json")
    assert "left out small/own-code" in ended.err
    assert "small/own-code" not in {plan.name for plan in raced}
    viva("verify", "small/own-code", "--bank", bank, "--trust")
    assert raced[-1].name == "small/own-code"


def test_seeds_are_added_until_the_rate_is_decided(viva, comes_to):
    raced = comes_to(lambda plan: TAUGHT)
    ended = viva("verify", "zero_grad", "--until", 0.8)
    assert ended.code == 0
    assert len(raced) == 15 and len({plan.settings.seed for plan in raced}) == 15
    assert "15 of 15: confirmed, 81% to 100%" in ended.out


def test_an_outcome_that_mostly_differs_is_refuted(viva, comes_to):
    raced = comes_to(lambda plan: OTHER)
    ended = viva("verify", "zero_grad", "--until", 0.8, "--json")
    assert (ended.code, json.loads(ended.out)["judgement"]) == (1, "refuted")
    assert len(raced) == 13


def test_an_outcome_that_comes_now_and_then_depends_on_luck(viva, comes_to):
    comes_to(lambda plan: OTHER if plan.settings.seed % 3 == 0 else TAUGHT)
    ended = viva("verify", "zero_grad", "--until", 0.95)
    assert ended.code == 1
    assert "depends on luck" in ended.out


def test_what_is_recorded_is_not_run_again_and_makes_the_page(viva, comes_to, tmp_path):
    raced = comes_to(lambda plan: TAUGHT)
    file = tmp_path / "proofs.jsonl"
    viva("verify", "zero_grad", "--seeds", 2, "--record", file)
    viva("verify", "zero_grad", "--seeds", 3, "--record", file)
    assert [plan.settings.seed for plan in raced] == [42, 43, 44]
    text = viva("proofs", file).out
    assert f"## 18. {' '.join(ZERO_GRAD.question.split())}" in text
    assert " ".join(ZERO_GRAD.traps[0].split()) in text
    assert f"**bundled: {TAUGHT}** (3 of 3: at least 37%; margin –)" in text
    assert "| loss | 0.5 | 2 |" in text
    assert "| kind | a\\|b | &lt;x> |" in text
    assert "It did | so, as list&lt;int>." in text
    assert "torch 2.99.0" in text
    assert str(OWN.parent) not in text


def test_a_proof_that_disagrees_says_so_on_the_page(viva, comes_to, tmp_path):
    comes_to(lambda plan: OTHER)
    file = tmp_path / "proofs.jsonl"
    assert viva("verify", "zero_grad", "--record", file).code == 1
    assert "not what the answer stands on" in viva("proofs", file).out


@pytest.mark.run
@pytest.mark.timeout(400)
def test_verify_for_real(process):
    ended = process("verify", "zero_grad", "--json")
    told = json.loads(ended.out)
    run = told["runs"][0]
    assert run["error"] is None, ended.err
    assert run["outcome"] in catalog.find("zero_grad").experiment.outcomes
    assert any(digit in run["finding"] for digit in "0123456789")
    assert told["agrees"] is (run["outcome"] == told["questions"]["zero-grad"])
    assert ended.code == (0 if told["agrees"] else 1)


def test_other_releases_are_verified_in_their_own_environment_by_the_same_words(viva, bank, monkeypatch):
    made, ran = [], []
    monkeypatch.setattr("app.lab.elsewhere.make", lambda folder, pins: made.append(pins) or "its-python")
    monkeypatch.setattr(
        "app.commands.verify.subprocess.run",
        lambda words: ran.append(words) or SimpleNamespace(returncode=1),
    )
    pins = ["--with", "transformers==5.1.0", "--with", "datasets==4.0.0"]
    ended = viva(
        "--bank", bank, "verify", "zero_grad", "18", *pins, "--seeds", 3, "--data", "./mrpc", "--json"
    )
    assert ended.code == 1
    assert made == [("transformers==5.1.0", "datasets==4.0.0")]
    (words,) = ran
    assert words[:6] == ["its-python", "-P", "-m", "app.cli", "verify", "--bank"]
    rest = ["zero_grad", "18", "--seeds", "3", "--data", "./mrpc", "--json"]
    assert words[6:] == [str(bank), *rest]


def test_releases_that_cannot_be_had_are_bad_input(viva):
    ended = viva("verify", "zero_grad", "--with", "transformers")
    assert ended.code == 2
    assert "transformers: expected NAME==VERSION, such as transformers==5.1.0" in ended.err
