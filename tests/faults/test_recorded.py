"""What is recorded belongs to the catalogue as it is now: nothing is older than the text that it is of."""

from app.bank.schema import LEVELS
from app.faults import recorded, recording
from app.faults.case import draw
from app.faults.catalogue import catalogue
from app.faults.plan import base
from app.faults.recorded import digest

AGAIN = "`make faults` records what is missing"


def test_every_fault_decoy_and_wording_was_run_as_it_is_written_now() -> None:
    known = {(one.what, one.ids, one.seed): one.page for one in recorded.recorded()}
    stages = (recording.healthy_jobs, recording.harmless_jobs, recording.single_jobs)
    for what, ids, seed, _, text in (job for stage in stages for job in stage()):
        assert known.get((what, ids, seed)) == digest(text), f"{what} {ids} {seed}: {AGAIN}"


def test_faults_together_were_run_as_they_are_written_now() -> None:
    for one in recorded.recorded():
        if one.what == "fault" and len(one.ids) > 1:
            assert recording.fault_job(one.ids, one.level)[4], AGAIN
            assert digest(recording.fault_job(one.ids, one.level)[4]) == one.page, f"{one.ids}: {AGAIN}"


def test_what_is_harmless_is_equal_to_the_last_bit() -> None:
    harmless = [one for one in recorded.recorded() if one.what in ("decoy", "wordings")]
    assert not [one.ids for one in harmless if one.differences]
    assert {name for one in harmless for name in one.ids} == {*catalogue().decoys, *catalogue().wordings}


def test_a_fault_of_a_level_shows_what_the_level_says() -> None:
    for level in LEVELS:
        assert recorded.admitted(level), level
        for one in recorded.admitted(level):
            kinds = {kind for kind, _ in one.differences}
            assert (level in ("basic", "debugging")) == (one.raised is not None), one.ids
            assert kinds, one.ids


def test_at_least_forty_faults_are_told_from_what_seeds_do() -> None:
    single = {one.ids for level in LEVELS for one in recorded.admitted(level) if len(one.ids) == 1}
    assert len(single) >= 40


def test_cases_of_every_level_can_be_written() -> None:
    for level in LEVELS:
        for seed in range(5):
            case = draw(seed, level)
            assert case.sick not in (case.healthy, base())
