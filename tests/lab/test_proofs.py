"""What was measured is kept with its sources, and no longer stands when these change."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.lab.plan import plan
from app.lab.proofs import Record, digest
from app.lab.result import result
from app.lab.verify import Case
from app.study.records import Result, utc_now
from experiments.engine import Compared, Outcome, catalog

CASE = Case(catalog.find("zero_grad"))


def proof(seed: int, outcome: str = "learns worse", lost: float = 1.0, data: str = "bundled") -> Result:
    compared = {"lost": Compared(lost, 0.25), "ran": Compared(None, 1.0)}
    told = Outcome(outcome, "It did.", {"loss": {"cleared": 0.5}}, compared)
    return result(plan(CASE.trial, {"seed": seed, "data": data}), {}, told, None, utc_now(), 1.0)


def recorded(*proofs: Result, chosen: Mapping[str, object] | None = None) -> Record:
    record = Record()
    for one in proofs:
        record.add(CASE, chosen or {}, one)
    return record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = recorded(proof(2), proof(1), proof(2, "diverges"))
    file = tmp_path / "proofs.jsonl"
    record.write(file)
    assert Record.read(file) == record
    (series,) = record.series
    assert [run.seed for run in series.runs] == [1, 2]
    assert series.outcomes == {"learns worse": 1, "diverges": 1}
    assert record.measured(CASE, {}) == {1, 2}


def test_the_margin_is_how_many_standard_deviations_lie_between_number_and_threshold() -> None:
    (series,) = recorded(proof(1, lost=0.65), proof(2, lost=0.85)).series
    assert series.margin == pytest.approx(0.5 / 0.1414, rel=1e-3)
    (same,) = recorded(proof(1), proof(2)).series
    assert same.margin == float("inf")
    assert recorded(proof(1)).series[0].margin is None, "one run has no spread"


def test_what_stands_on_other_sources_is_measured_again() -> None:
    record = recorded(proof(1))
    changed = replace(CASE, trial=replace(CASE.trial, source=CASE.trial.source + "# changed"))
    assert record.measured(changed, {}) == set()
    record.add(changed, {}, proof(5))
    assert [[run.seed for run in one.runs] for one in record.series] == [[5]]


def test_data_decides_by_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "train.csv"
    file.write_text("sentence1,sentence2,label\na,b,1\n")
    before = digest(CASE, {"data": str(tmp_path)})
    assert before != digest(CASE, {})
    assert before == digest(CASE, {"data": str(tmp_path), "seed": 9})
    file.write_text("sentence1,sentence2,label\na,b,0\n")
    assert digest(CASE, {"data": str(tmp_path)}) != before


def test_of_data_that_is_not_vivas_no_text_is_kept(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("sentence1,sentence2,label\na,b,1\n")
    chosen = {"data": str(tmp_path)}
    (series,) = recorded(proof(1, data=str(tmp_path)), chosen=chosen).series
    assert (series.data, series.evidence, series.runs[0].finding) == (tmp_path.name, {}, "")
    assert series.runs[0].compared == {"lost": (1.0, 0.25), "ran": (None, 1.0)}


def test_an_experiment_stands_on_what_it_takes_from_others_too() -> None:
    assert "SET_THE_NUMBER =" in catalog.find("clipping").source
