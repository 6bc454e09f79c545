"""Experiments in YAML: what they decide, what is refused, and whether they may run."""

import ast
import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.bank import inline
from app.bank.comparison import BadComparison, parse
from app.bank.load import load
from app.bank.problems import Problem
from app.bank.schema import Inline, Question
from app.lab.plan import plan, with_seed
from experiments.engine import page
from experiments.engine.events import Eval, Raised, Step
from experiments.engine.measures import compared
from experiments.engine.runs import Run
from tests.bank.making import INLINE, file, question

Write = Callable[..., Path]


def run(
    variant: str, losses: list[float | None], accuracy: float | None = None, raised: str | None = None
) -> Run:
    made = Run(variant)
    for step, loss in enumerate(losses, 1):
        made.add(Step(variant, step, len(losses), loss, 0.001, 1.0, 160, 16, 0.5))
    if accuracy is not None:
        made.add(Eval(variant, accuracy=accuracy, f1=0.5))
    if raised:
        made.add(Raised(variant, raised, "what it said", 52))
    return made


RUNS = {"a": run("a", [0.5] * 10, 0.8), "b b": run("b b", [1.0] * 10, 0.6, "ValueError")}


def holds(text: str, runs: dict[str, Run] = RUNS) -> bool:
    return all(comparison.holds(runs) for comparison in parse(text, runs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("final_loss of b b > 1.5 × final_loss of a", True),
        ("final_loss of b b > 2.5 * final_loss of a", False),
        ("final_loss of b b >= 2 × final_loss of a", True),
        ("final_loss of b b ≤ 1", True),
        ("accuracy of a > 0.7 and accuracy of b b < 0.7", True),
        ("accuracy of a > 0.7 and accuracy of b b > 0.7", False),
        ("steps of a = 10", True),
        ("steps of a != 10", False),
        ("tokens of a == 1600 and padding of a ≠ 1600", True),
        ("seconds of a < 1e1", True),
        ("raised of b b", True),
        ("raised of a", False),
        ("raised of b b = ValueError", True),
        ("raised of b b != ValueError", False),
        ("raised of a = nothing", True),
    ],
)
def test_comparisons_hold_as_they_read(text: str, expected: bool) -> None:
    assert holds(text) is expected


def test_a_loss_that_ran_away_is_more_than_any_number() -> None:
    runs = {"a": RUNS["a"], "b": run("b", [1.0, 30.0, None])}
    assert holds("final_loss of b > 1.5 × final_loss of a", runs)
    assert not holds("final_loss of b < 1.5 × final_loss of a", runs)


def test_what_was_not_measured_compares_as_neither_more_nor_less() -> None:
    runs = {"a": RUNS["a"], "b": run("b", [], raised="KeyError")}
    assert not holds("final_loss of b > final_loss of a", runs)
    assert not holds("final_loss of b <= final_loss of a", runs)
    assert not holds("accuracy of b != 1", runs)


@pytest.mark.parametrize(
    ("text", "offset", "hint"),
    [
        ("final_los of a > 1", 0, "did you mean 'final_loss'?"),
        ("final_loss of c > 1", 14, None),
        ("final_loss of a", 15, None),
        ("final_loss of a > ", 18, None),
        ("final_loss of a > 1 or raised of a", 20, None),
        ("final_loss of a > 1.5 × 3", 24, None),
        ("raised of a > ValueError", 12, "an exception is not more or less than another"),
        ("__import__('os').system('true')", 0, None),
        ("final_loss of a > (1)", 18, None),
        ("", 0, None),
    ],
)
def test_what_is_outside_the_grammar_is_named_at_its_offset(text: str, offset: int, hint: str | None) -> None:
    with pytest.raises(BadComparison) as raised:
        parse(text, RUNS)
    assert raised.value.offset == offset
    assert hint is None or raised.value.hint == hint


def test_every_measure_can_be_read_of_an_empty_run() -> None:
    for measure in compared().values():
        value = measure.of(Run("a"))
        assert value in (None, 0, "nothing") or math.isnan(value)  # type: ignore[arg-type]


def loaded(write: Write, experiment: str = INLINE) -> Question:
    bank = load([write(file(question(more=experiment)))])
    assert bank.problems == []
    return bank.questions[0]


def test_a_question_becomes_a_trial_with_its_edits(write: Write) -> None:
    trial = inline.compile(loaded(write))
    assert trial.name == "file/cls"
    assert trial.title == "What does [CLS] stand for?"
    assert list(trial.experiment.variants) == ["kept", "left out"]
    changed = page.build({}, trial.experiment.variant("left out").edits)
    assert "optimizer.zero_grad()" not in changed
    assert page.build({}, trial.experiment.variant("kept").edits) == page.loop()


def test_the_decision_says_its_numbers(write: Write) -> None:
    trial = inline.compile(loaded(write))
    outcome = trial.decide({"kept": run("kept", [0.5] * 10), "left out": run("left out", [2.0] * 10)})
    assert outcome.name == "worse"
    assert outcome.finding == "The final loss of left out is 2, 4 × that of kept (0.5)."
    assert outcome.evidence["loss"] == {"kept": 0.5, "left out": 2.0}
    assert outcome.evidence["accuracy"] == {"kept": None, "left out": None}
    same = trial.decide({"kept": run("kept", [0.5] * 10), "left out": run("left out", [0.6] * 10)})
    assert (same.name, "0.6" in same.finding) == ("same", True)


def test_a_finding_of_ones_own_is_filled_with_measured_values(write: Write) -> None:
    finding = 'finding: "{final_loss of left out} in {steps of kept} steps, {accuracy of kept}"'
    trial = inline.compile(loaded(write, INLINE.replace("otherwise: same", f"otherwise: same, {finding}")))
    outcome = trial.decide({"kept": run("kept", [0.5] * 10), "left out": run("left out", [0.25] * 10)})
    assert outcome.finding == "0.25 in 10 steps, not measured"


def test_an_earlier_rule_of_the_same_outcome_is_nothing_that_it_was_compared_with(write: Write) -> None:
    rules = """\
    - {when: final_loss of left out > 5 × final_loss of kept, outcome: worse}
    - {when: final_loss of left out < 2, outcome: same}
    - {when: final_loss of kept < 1, outcome: worse}
    - {otherwise: same}
"""
    before = INLINE.partition("  decide:\n")[0]
    trial = inline.compile(loaded(write, f"{before}  decide:\n{rules}{INLINE[INLINE.index('  outcomes') :]}"))
    outcome = trial.decide({"kept": run("kept", [0.5]), "left out": run("left out", [2.0])})
    assert outcome.name == "worse"
    assert set(outcome.compared) == {"final loss of left out, against 2.0", "final loss of kept, against 1.0"}


def values_on(text: str) -> dict[str, object]:
    """The page's knobs and what they hold."""
    return {
        ast.unparse(node.targets[0]): node.value.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }


def test_a_setting_means_the_same_on_a_variant_as_on_the_experiment(write: Write) -> None:
    variant = INLINE.replace('[{old: "        optimizer.zero_grad()\\n", new: ""}]', "{set: {steps: 40}}")
    on_variant = plan(inline.compile(loaded(write, variant)))
    whole = INLINE.replace("  decide:", "  set: {steps: 40}\n  decide:")
    on_all = plan(inline.compile(loaded(write, whole)))
    assert on_variant.pages["left out"] == on_all.pages["kept"]
    assert values_on(on_variant.pages["left out"])["num_warmup_steps"] == 4
    assert on_variant.own == {"left out": {"num_training_steps": 40, "num_warmup_steps": 4}}
    assert on_variant.settings_of("left out") == on_all.settings
    assert on_variant.settings_of("kept") == on_variant.settings


def test_what_a_variant_sets_goes_before_what_is_chosen(write: Write) -> None:
    text = INLINE.replace(
        '[{old: "        optimizer.zero_grad()\\n", new: ""}]', "{set: {learning_rate: 0.5, steps: 9}}"
    )
    asked = loaded(write, text)
    assert isinstance(asked.experiment, Inline)
    assert not asked.experiment.has_edits
    made = plan(inline.compile(asked), {"learning_rate": 0.1, "seed": 7})
    values = values_on(made.pages["left out"])
    assert (values["learning_rate"], values["num_training_steps"], values["seed"]) == (0.5, 9, 7)
    assert values_on(made.pages["kept"])["learning_rate"] == 0.1


def test_another_seed_leaves_a_variant_its_own(write: Write) -> None:
    text = INLINE.replace('[{old: "        optimizer.zero_grad()\\n", new: ""}]', "{set: {seed: 42}}")
    made = with_seed(plan(inline.compile(loaded(write, text))), 7)
    assert {name: values_on(text)["seed"] for name, text in made.pages.items()} == {"kept": 7, "left out": 42}


def problems(write: Write, *replaced: tuple[str, str]) -> list[Problem]:
    text = INLINE
    for old, new in replaced:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    bank = load([write(file(question(more=text)))])
    assert bank.problems == []
    asked = bank.questions[0]
    assert isinstance(asked.experiment, Inline)
    return inline.check(asked.experiment, lambda *path, **key: bank.place(asked.id, *path, **key))


@pytest.mark.parametrize(
    ("replaced", "rule", "at"),
    [
        (("optimizer.zero_grad()", "optimiser.zero_grad()"), "edit", '"        optimiser'),
        (("        optimizer.zero_grad()", "optimizer"), "edit", '"optimizer'),
        (('new: ""', 'new: "        ("'), "edit", '"        ('),
        (('new: ""', 'new: "\u200b"'), "edit", '"\u200b'),
        (("final_loss of left out", "final_los of left out"), "comparison", "final_los of"),
        (("1.5 × final_loss of kept", "1.5 × final_loss of keep"), "comparison", "keep"),
        (("outcome: worse", "outcome: worst"), "outcome", "worst"),
        (("{otherwise: same}", "{when: steps of kept > 1, outcome: same}"), "rule", "{when: steps"),
        (("{otherwise: same}", "{otherwise: same, outcome: same}"), "rule", "{otherwise: same"),
        (("otherwise: same", 'otherwise: same, finding: "{f1 of k}"'), "comparison", "k}"),
        (("  decide:", "  watch: [los]\n  decide:"), "watch", "los]"),
        (("  decide:", "  set: {batch_size: 0}\n  decide:"), "setting", "0}"),
        (("  decide:", "  set: {batch_sise: 1}\n  decide:"), "setting", "batch_sise"),
        (("kept: []", "kept: {set: {model: hub}}"), "setting", "model: hub"),
        (("kept: []", "kept: {set: {seed: -1}}"), "setting", "-1}"),
        (
            (
                "variants:\n    kept: []",
                "set: {seed: 3}\n  variants:\n    kept: [{old: seed = 42, new: seed = 7}]",
            ),
            "edit",
            "seed = 42",
        ),
    ],
)
def test_what_is_wrong_is_named_at_its_place(
    write: Write, replaced: tuple[str, str], rule: str, at: str
) -> None:
    found = problems(write, replaced)
    here = [problem.text[problem.column - 1 :] for problem in found if problem.rule == rule]
    assert any(text.startswith(at) for text in here), found


def test_an_outcome_that_no_rule_comes_to_is_a_warning(write: Write) -> None:
    (found,) = problems(write, ("same: no difference", "same: no difference, never: x"))
    assert (found.rule, found.severity) == ("outcome", "warning")


def test_code_too_deep_for_the_parser_is_refused_and_not_fatal(write: Write) -> None:
    deep = "x = " + "(" * 9_000 + ")" * 9_000
    found = problems(write, ('new: ""', f'new: "        {deep}\\n"'))
    assert [problem.rule for problem in found] == ["edit"]


def test_an_experiment_with_a_problem_does_not_compile(write: Write) -> None:
    with pytest.raises(inline.InlineError, match="does not stand on the page"):
        inline.compile(loaded(write, INLINE.replace("optimizer.zero_grad()", "optimizer.zero()")))


@pytest.mark.parametrize(
    "changed",
    [
        ('new: ""', 'new: "        pass\\n"'),
        ("experiment:\n", "experiment:\n  set: {seed: 7}\n"),
        ("experiment:\n", "experiment:\n  set: {model: org/other}\n"),
        ("experiment:\n", "experiment:\n  set: {data: org/other}\n"),
        ("kept: []", "kept: {set: {seed: 7}}"),
        ("experiment:\n", "experiment:\n  interleaved: true\n"),
    ],
    ids=str,
)
def test_a_yes_is_for_all_that_decides_what_runs(write: Write, changed: tuple[str, str]) -> None:
    before, same, after = (
        inline.compile(loaded(write, text)).foreign for text in (INLINE, INLINE, INLINE.replace(*changed))
    )
    assert before is not None and same is not None and after is not None
    assert before() == same() != after()


def test_a_yes_is_for_the_files_of_the_folders_that_are_named(write: Write, tmp_path: Path) -> None:
    folder, linked = tmp_path / "data", tmp_path / "elsewhere"
    for one in (folder, linked):
        one.mkdir()
        (one / "train.csv").write_text("one")
    (folder / "link").symlink_to(linked)
    (linked / "back").symlink_to(folder)
    more = f"experiment:\n  set: {{data: {folder}}}\n"
    foreign = inline.compile(loaded(write, INLINE.replace("experiment:\n", more))).foreign
    assert foreign is not None
    seen = [foreign(), foreign()]
    assert seen[0] == seen[1]
    (folder / "train.csv").write_text("two")  # the same length
    seen.append(foreign())
    (linked / "train.csv").write_text("two")  # behind a link
    seen.append(foreign())
    (folder / "evil.py").write_text("")
    seen.append(foreign())
    assert len(set(seen)) == 4


def test_settings_and_viva_s_own_edits_need_no_yes(write: Write) -> None:
    harmless = INLINE.replace('[{old: "        optimizer.zero_grad()\\n", new: ""}]', "{set: {seed: 7}}")
    assert harmless != INLINE
    assert inline.compile(loaded(write, harmless)).foreign is None
    assert inline.compile(msgspec.structs.replace(loaded(write), pack=None)).foreign is None


def test_a_file_cannot_claim_to_be_viva_s_own(write: Write) -> None:
    bank = load([write(file(question(more=INLINE + "pack: null")))])
    assert bank.questions == []
    assert [problem.rule for problem in bank.problems] == ["unknown-field"]
