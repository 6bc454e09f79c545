"""The catalogue of faults: viva's own is sound, and what is wrong with a file is told with its place."""

from pathlib import Path

import pytest

from app.bank import OWN
from app.bank.load import load
from app.faults.catalogue import catalogue, check, files

QUESTIONS = {"zero-grad": None}

SOUND = """\
faults:
  - id: no-step
    level: intermediate
    edits: [{old: "        optimizer.step()\\n", new: ""}]
    fault:
      symptom: It does not move.
      cause: The optimizer is never stepped.
      key_points: [{point: it never steps, any: [never stepped]}]
    question: zero-grad
"""


def test_the_catalogue_that_ships_passes_its_own_check() -> None:
    assert not check(files(), load([OWN]).by_id)


def test_there_are_as_many_faults_and_decoys_as_promised() -> None:
    faults = catalogue().faults.values()
    assert len(faults) >= 40
    assert sum(fault.experiment is None for fault in faults) >= 10
    assert {fault.level for fault in faults} == {"basic", "intermediate", "advanced"}
    assert len(catalogue().decoys) >= 8


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "", None),
        ("optimizer.step()", "optimizer.stop()", "4:12: error: found no-step: '        optimizer.stop()"),
        ("question: zero-grad", "question: zero-gard", "9:15: error: found the question 'zero-gard'"),
        ("any: [never stepped]", "any: [is frozen]", "8:20: error: found the key point 'it never steps'"),
        ("level: intermediate", "level: hard", "3:12: error: found the text 'hard'"),
        ("symptom:", "symptoms:", "6:7: error: found the field 'symptoms'"),
        (
            'edits: [{old: "        optimizer.step()\\n", new: ""}]',
            "experiment: zero_grad",
            "found no change",
        ),
        (
            'edits: [{old: "        optimizer.step()\\n", new: ""}]',
            "{experiment: zero_grad, variant: piling}",
            None,
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, says: str | None
) -> None:
    file = tmp_path / "faults.yaml"
    if new.startswith("{"):
        old, new = old, "experiment: zero_grad\n    variant: piling"
        says = "5:14: error: found the variant 'piling'"
    file.write_text(SOUND.replace(old, new) if old else SOUND, encoding="utf-8")
    told = "\n".join(str(problem) for problem in check([file], QUESTIONS))
    assert (says in told) if says else not told, told


def test_an_id_stands_once_in_all_files(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    for file in (one, other):
        file.write_text(SOUND, encoding="utf-8")
    (problem,) = check([one, other], QUESTIONS)
    assert problem.rule == "duplicate-id" and problem.file == str(other)
