"""A measure is declared once, and with that it is collected, watched, compared and labelled."""

from collections.abc import Iterator

import pytest

from app.bank.comparison import parse
from app.bank.inline import check
from app.bank.problems import Place
from app.bank.schema import Inline, Rule
from app.tui.widgets import numbers
from experiments.engine import Variant
from experiments.engine.events import Step, decode, encode
from experiments.engine.measures import MEASURES, Measure, final, series
from experiments.engine.runner import Runner
from experiments.engine.runs import Run

PAGE = """
import torch
weight = torch.nn.Parameter(torch.ones(1))
for batch in range(3):
    loss = (batch * weight).sum()
"""


@pytest.fixture
def weight(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more measure: the loss, told in halves."""
    half = {"is_series": True, "look": lambda page: float(page["loss"].detach()) / 2}
    measure = Measure("half_loss", "half of the loss", final("half_loss"), **half)  # type: ignore[arg-type]
    monkeypatch.setitem(MEASURES, measure.name, measure)
    yield


@pytest.mark.usefixtures("weight")
def test_a_measure_declared_in_one_place_goes_all_the_way() -> None:
    run = Run("page")

    def travel(event: object) -> None:
        told = decode(encode(event))  # type: ignore[arg-type]
        if isinstance(told, Step):
            run.add(told)

    Runner(PAGE, "bundled", travel, lambda: None).run()
    assert run.series("half_loss") == [0.0, 0.5, 1.0]
    assert run.value("half_loss") == 0.5, "watched"
    (comparison,) = parse("half_loss of page > 0.4", ["page"])
    assert comparison.holds({"page": run}), "compared"
    assert "half_loss" in series(), "drawn as a curve"
    assert numbers._title("half_loss") == "half of the loss"
    inline = Inline(
        variants={"page": Variant(), "other": Variant()},
        decide=[Rule(when="half_loss of page > 1", outcome="a"), Rule(otherwise="a")],
        outcomes={"a": "A."},
        watch=["half_loss"],
    )
    problems = check(inline, lambda *path, **_: Place("here"))
    assert not [problem for problem in problems if "half_loss" in problem.message]


def test_a_step_says_nothing_of_measures_that_there_are_not() -> None:
    assert b"other" not in encode(Step("page", 1, 1, 0.5, 1e-3, 1.0, 64, 8, 0.1))
