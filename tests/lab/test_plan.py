"""Plans, reports and what is said of a page edited by hand."""

import math
from datetime import UTC, datetime

import pytest

from app.lab.compare import compare
from app.lab.evidence import watched
from app.lab.plan import plan, with_page
from app.lab.report import save_report
from app.lab.result import result
from experiments.engine import Edit, Outcome, Run, Variant, catalog, page
from experiments.engine.events import Eval, Raised, Step
from experiments.engine.settings import SettingsError
from tests.lab.racing import TOP, planned


def ran(
    variant: str, *losses: float | None, accuracy: float | None = None, raised: Raised | None = None
) -> Run:
    run = Run(variant)
    for number, loss in enumerate(losses, 1):
        run.add(Step(variant, number, len(losses), loss, 1e-3, 1.0, 512, 64, 0.01))
    if accuracy is not None:
        run.add(Eval(variant, accuracy))
    if raised:
        run.add(raised)
    return run


def test_what_is_shown_is_what_runs() -> None:
    planned = plan(catalog.find("zero_grad"), {"seed": 7})
    assert planned.baseline_is_unchanged
    assert planned.diff(planned.baseline) == ""
    shown = [planned.diff(variant) for variant in planned.pages if variant != planned.baseline]
    assert any("-        optimizer.zero_grad()" in diff for diff in shown)
    assert all("seed = 7\n" in text for text in planned.pages.values())


def test_a_setting_chosen_goes_before_the_experiments_own() -> None:
    own = plan(catalog.find("zero_grad")).settings.learning_rate
    chosen = plan(catalog.find("zero_grad"), {"learning_rate": own / 2}).settings.learning_rate
    assert chosen == own / 2


def test_a_variant_in_python_may_set_and_edit() -> None:
    edits = [Edit("        optimizer.zero_grad()\n", "")]
    made = planned({"page": [], "other": Variant(set={"steps": 40}, edits=edits)}, seed=7)
    assert "num_warmup_steps = 4\n" in made.pages["other"] and "seed = 7\n" in made.pages["other"]
    assert "optimizer.zero_grad()" not in made.pages["other"]
    with pytest.raises(SettingsError, match="model: set it for the whole experiment"):
        planned({"page": [], "other": Variant(set={"model": "hub"})})


def test_a_stored_run_has_what_each_variant_set() -> None:
    made = planned({"page": [], "other": Variant(set={"learning_rate": 0.5})})
    record = result(made, {}, Outcome("done", "It ran."), None, datetime(2026, 1, 2, tzinfo=UTC), 1.0)
    assert record.settings["variants"] == {"other": {"learning_rate": 0.5}}
    assert record.settings["learning_rate"] != 0.5


def test_a_page_edited_by_hand_races_the_unchanged_one() -> None:
    first = plan(catalog.find("zero_grad"))
    text = first.pages[first.baseline].replace("optimizer.step()", "pass")
    edited = with_page(first, "mine", text)
    assert list(edited.pages) == [first.baseline, "mine"]
    assert edited.baseline_is_unchanged
    assert edited.pages["mine"] == text
    assert "+        pass" in edited.diff("mine")


def test_a_page_that_does_not_parse_can_still_be_shown_and_raced() -> None:
    edited = with_page(planned({"page": []}), "mine", "loss = (\n")
    assert "+loss = (" in edited.diff("mine")


def test_an_edited_page_is_held_against_the_baseline() -> None:
    base = ran("page", 0.7, 0.5, accuracy=0.8)
    assert compare({"page": base, "mine": ran("mine", 0.7, 0.5, accuracy=0.8)}).name == "no difference"
    different = compare({"page": base, "mine": ran("mine", 0.7, 0.3, accuracy=0.9)})
    assert different.name == "different"
    assert "0.500 against 0.600" in different.finding
    assert "accuracy 0.900 against 0.800" in different.finding


def test_an_edited_page_that_raised_is_said_to_have() -> None:
    base = ran("page", 0.7, accuracy=0.8)
    outcome = compare({"page": base, "mine": ran("mine", raised=Raised("mine", "KeyError", "'labels'", 60))})
    assert (outcome.name, outcome.finding) == ("raised", "mine raised KeyError on line 60.")


def test_an_edited_page_without_steps_has_no_loss_to_speak_of() -> None:
    outcome = compare({"page": ran("page", 0.7, accuracy=0.8), "mine": ran("mine")})
    assert outcome.name == "different"
    assert "nan" not in outcome.finding
    assert "no training step" in outcome.finding


def test_a_series_with_missing_numbers_is_nan_and_never_zero() -> None:
    run = ran("page", 0.5, None)
    assert run.loss[0] == 0.5
    assert math.isnan(run.loss[1]) and math.isnan(run.final_loss)


def test_the_report_has_what_ran_and_what_came(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "home"))
    made = planned({"page": [], "broken": [Edit(TOP, f"{TOP}1 / 0\n")]})
    runs = {
        "page": ran("page", 0.5, accuracy=0.8),
        "broken": ran("broken", raised=Raised("broken", "ZeroDivisionError", "by [zero]", 29)),
    }
    told = Outcome("done", "It ran.", {**watched(made, runs), "rows": {"page": 12}})
    path = save_report(made, runs, result(made, runs, told, None, datetime(2026, 1, 2, tzinfo=UTC), 1.0))
    text = path.read_text(encoding="utf-8")
    assert path.is_relative_to(tmp_path)
    assert "seed 42, model bundled, data bundled, 5 steps" in text
    assert "+1 / 0" in text
    assert "Line 29 raised `ZeroDivisionError`" in text
    assert "| accuracy | 0.8 | – |" in text
    assert "| rows | 12 | – |" in text, "what the verdict stands on, not only what was watched"
    assert page.loop().splitlines()[0] not in text, "the difference is told, not the whole page"
