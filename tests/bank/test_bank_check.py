"""The compiler of questions: what it finds, where, and in what form."""

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from app.bank import OWN
from app.bank.check import Untrusted, as_json, check, exit_code
from app.bank.problems import Place as At
from app.bank.problems import Problem, problem_at
from experiments.engine import catalog
from tests.bank.making import INLINE, file, question

Write = Callable[..., Path]


def found(path: Path) -> set[tuple[str, str, str]]:
    """Rule, severity and the text at the place of each problem."""
    return {(one.rule, one.severity, one.text[one.column - 1 :][: one.length]) for one in check([path])}


def test_a_misspelt_field_is_one_problem_and_a_lone_setting_is_told_where_it_belongs(write: Write) -> None:
    text = file(question(more=INLINE)).replace("answer:", "answr:")
    [misspelt] = check([write(text)])
    assert (misspelt.rule, misspelt.hint) == ("unknown-field", "did you mean 'answer'?")
    text = file(question(more=INLINE.replace("kept: []", "kept: {batch_size: 4}")))
    assert [problem.hint for problem in check([write(text)])] == [
        "a setting stands in `set: {batch_size: …}`"
    ]


def test_a_setting_out_of_bounds_is_told_in_words(write: Write) -> None:
    [problem] = check([write(file(question(more="experiment: {name: zero_grad, set: {batch_size: 4000}}")))])
    assert problem.message.startswith("found batch_size = 4000, expected a whole number <= 1024")


def test_a_sound_file_has_no_problems(write: Write) -> None:
    assert check([write(file(question(more=INLINE)))]) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("lines: zero_gradd", ("dead-lines", "error", "zero_gradd")),
        ("experiment: {name: zero_grad, set: {batch_size: 0}}", ("setting", "error", "0")),
        ("experiment: {name: zero_grad, set: {batchsize: 1}}", ("setting", "error", "batchsize")),
        ("predict: {a: b}", ("predict", "error", "predict")),
        ("teaches: b", ("predict", "error", "teaches")),
        (INLINE + "predict: {wors: It is worse}", ("predict", "error", "wors")),
        (INLINE + "predict: {worse: It is worse}", ("predict", "warning", "predict")),
        (INLINE + "teaches: better", ("teaches", "error", "better")),
        ("follow_ups: [cls]", ("dangling-follow-up", "error", "cls")),
    ],
)
def test_what_does_not_fit_is_found_at_its_place(
    write: Write, more: str, expected: tuple[str, str, str]
) -> None:
    assert expected in found(write(file(question(more=more))))


def test_outcomes_of_viva_s_own_experiments_are_known(write: Write) -> None:
    path = write(file(question(more="experiment: zero_grad\nteaches: nothing of the kind")))
    (problem,) = check([path])
    assert problem.rule == "teaches"
    assert next(iter(catalog.find("zero_grad").experiment.outcomes)) in problem.expected


def test_a_key_point_that_the_own_answer_misses_is_found(write: Write) -> None:
    path = write(
        file()
        .replace("any: [classification token, summary vector, pooled output]", "any: [separator]")
        .replace("point: the cl", "point: cl")
    )
    path.write_text(
        path.read_text().replace("point: classification token", "point: sentences are kept apart")
    )
    assert ("missed-key-point", "error") in {(one.rule, one.severity) for one in check([path])}


def test_a_key_point_without_a_hint_is_a_warning(write: Write) -> None:
    path = write(file().replace(", hint: What is read from it?", ""))
    assert [(one.rule, one.severity) for one in check([path])] == [("missing-hint", "warning")]


def test_what_is_still_to_be_written_is_found(write: Write) -> None:
    path = write(file().replace("It stands for the classification token.", "…"))
    assert "unfinished" in {one.rule for one in check([path])}


def test_a_file_of_the_own_bank_is_judged_as_a_part_of_it() -> None:
    """References to other files of the bank resolve, and only the file's own problems are told."""
    path = sorted(OWN.glob("*.yaml"))[0]
    assert {Path(problem.file).resolve() for problem in check([path])} <= {path}


def test_the_bank_that_ships_has_no_problem() -> None:
    """Among others: no trap, question or stranger's answer earns a point, and each has several phrasings."""
    assert check([OWN]) == []


def test_an_experiment_that_no_question_reaches_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    names = catalog.names()
    monkeypatch.setattr(catalog, "names", lambda: [*names, "lonely"])
    unreached = [
        problem for problem in check([OWN]) if problem.rule == "unreached" and "lonely" in problem.found
    ]
    assert [problem.severity for problem in unreached] == ["warning"]


def test_nothing_is_run_unless_asked_and_edits_only_with_a_yes(write: Write) -> None:
    path = write(file(question(more=INLINE + "teaches: worse")))
    ran: list[str] = []

    def untrusted(asked) -> str:
        raise Untrusted

    def run(asked) -> str:
        ran.append(asked.id)
        return "same"

    assert check([path]) == []
    assert [problem.rule for problem in check([path], untrusted)] == ["untrusted"]
    assert [problem.rule for problem in check([path], run)] == ["outcome-of-run"]
    assert ran == ["file/cls"]


def test_a_run_that_confirms_the_answer_is_no_problem(write: Write) -> None:
    path = write(file(question(more=INLINE + "teaches: worse")))
    assert check([path], lambda asked: "worse") == []


def made(rule: str, severity: str) -> Problem:
    return problem_at(At("f.yaml", 1, 2), rule, "this", "that", severity=severity)


def test_exit_codes_tell_bad_input_from_an_unconfirmed_answer() -> None:
    assert exit_code([]) == 0
    assert exit_code([made("missing-hint", "warning")]) == 0
    assert exit_code([made("outcome-of-run", "error")]) == 1
    assert exit_code([made("outcome-of-run", "error"), made("type", "error")]) == 2


def test_the_json_form_has_what_a_program_needs() -> None:
    told = json.loads(as_json([made("type", "error"), made("missing-hint", "warning")]))
    assert (told["errors"], told["warnings"]) == (1, 1)
    first = told["problems"][0]
    assert (first["file"], first["line"], first["column"], first["rule"]) == ("f.yaml", 1, 2, "type")
    assert (first["found"], first["expected"]) == ("this", "that")


def test_phrasings_too_long_to_compare_are_refused_at_once(write: Write) -> None:
    """As they were found: an answer of 19,800 characters and phrasings of 16,000 in each of 100 points."""
    words = "".join(f"w{number:06}x " for number in range(2_200))
    before = question().split("    answer: ")[0] + f"    answer: {words}\n    key_points:\n"

    def rules(points: int, phrasings: int, length: int) -> set[str]:
        some = ", ".join([words[:length].strip()] * phrasings)
        point = f"      - {{point: here, any: [{some}], hint: h}}\n"
        return {problem.rule for problem in check([write(file(before + point * points))])}

    began = perf_counter()
    assert "type" in rules(points=100, phrasings=1, length=16_000)
    assert "too-long" in rules(points=20, phrasings=50, length=290)
    assert perf_counter() - began < 10


def test_a_trap_or_the_question_s_own_text_that_earns_a_point_is_an_error(write: Write) -> None:
    path = write(file(question(more="traps: [It is the pooled output.]")))
    assert ("earned-for-nothing", "error", "It") in found(path)
    asked = file().replace("What does [CLS] stand for?", "Is [CLS] the classification token?")
    (problem,) = check([write(asked)])
    assert problem.rule == "earned-for-nothing" and "'classification token'" in problem.message


def test_a_trap_that_denies_the_point_earns_nothing(write: Write) -> None:
    assert check([write(file(question(more="traps: [It is no classification token.]")))]) == []


def test_what_the_answers_to_several_unrelated_questions_say_is_no_claim_about_one(write: Write) -> None:
    others = [question(f"other-{n}") for n in range(3)]
    one_topic = write(file(question(), *others), "one/file.yaml")
    assert check([one_topic.parent]) == []  # questions of one topic share facts
    for n, other in enumerate([question(), *others]):
        apart = write(f"topic: Topic {n}\nquestions:\n{other}", f"apart/file-{n}.yaml")
    assert {problem.rule for problem in check([apart.parent])} == {"earned-for-nothing"}


def test_a_point_with_one_way_to_say_it_is_a_warning(write: Write) -> None:
    text = file().replace(
        "any: [classification token, summary vector, pooled output]", "any: [classification token]"
    )
    assert found(write(text)) == {("few-phrasings", "warning", "[classification")}
