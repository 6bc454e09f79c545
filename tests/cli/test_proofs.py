"""The page of proofs is what the record gives, and the record is of what stands here now."""

from pathlib import Path

import pytest

from app.bank import OWN
from app.bank.load import load
from app.commands.proofs import page, series_of
from app.lab.proofs import Record, Series, digest
from app.lab.verify import Case
from app.terminal.cases import cases_for

DOCS = Path(__file__).parent.parent.parent / "docs"
RECORD = Record.read(DOCS / "proofs.jsonl")
BANK = load([OWN])
CASES = cases_for([], BANK)
MRPC = [series for series in RECORD.series if series.data == "mrpc"]
BUNDLED_SEEDS, MRPC_SEEDS, MRPC_ANSWERS = 6, 2, 42


def of(case: Case, data: str) -> Series:
    (question, *_) = case.teaches
    return next(series for series in series_of(BANK.by_id[question], RECORD) if series.data == data)


def test_the_page_is_what_the_record_gives() -> None:
    assert (DOCS / "proofs.md").read_text(encoding="utf-8") == page(RECORD, BANK)


@pytest.mark.parametrize("case", CASES, ids=lambda case: next(iter(case.teaches), case.trial.name))
def test_an_answer_is_proven_by_what_stands_here_now(case: Case) -> None:
    series = of(case, "bundled")
    assert series.sources == digest(case, {}), "measured before its last change: run `make proofs`"
    assert len(series.runs) >= BUNDLED_SEEDS
    assert {run.error for run in series.runs} == {None}
    for outcome in case.teaches.values():
        assert not outcome or next(iter(series.outcomes)) == outcome


@pytest.mark.parametrize("series", MRPC, ids=lambda series: series.experiment)
def test_what_was_measured_on_the_real_corpus_stands(series: Series, mrpc: Path) -> None:
    case = next(
        case
        for case in CASES
        if (case.trial.name, dict(case.settings)) == (series.experiment, series.settings)
    )
    assert series.sources == digest(case, {"data": str(mrpc)})
    assert len(series.runs) >= MRPC_SEEDS
    for outcome in case.teaches.values():
        assert not outcome or next(iter(series.outcomes)) == outcome


def test_most_answers_were_measured_on_the_real_corpus() -> None:
    assert len(MRPC) >= MRPC_ANSWERS


def test_nothing_of_the_real_corpus_is_kept() -> None:
    for series in RECORD.series:
        assert series.data == "bundled" or not (series.evidence or any(run.finding for run in series.runs))
