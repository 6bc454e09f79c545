"""The table of releases: what it measures again, and what its page says."""

import json
import tomllib
from pathlib import Path

import pytest

from app.bank import OWN
from app.bank.load import load
from app.lab.elsewhere import CannotMake
from bench import versions
from bench.lowest import PYPROJECT, lowest

QUESTIONS = load([OWN]).questions[:3]
IDS = [question.id for question in QUESTIONS]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The names that were verified, by run; the second answer fails, the last comes to something else."""
    asked: list[list[str]] = []

    def verified(python: Path, names: list[str]):
        asked.append(list(names))
        for name in names:
            error = "no attribute <x> | y" if name == IDS[1] else None
            outcomes = {} if error else {"other" if name == IDS[2] else "as taught": 1}
            yield {
                "questions": {name: "as taught"},
                "agrees": name == IDS[0],
                "outcomes": outcomes,
                "libraries": dict.fromkeys(versions.LIBRARIES, "9.9"),
                "runs": [{"error": error}],
            }

    monkeypatch.setattr(versions, "DATA", tmp_path / "versions.json")
    monkeypatch.setattr(versions, "_verified", verified)
    monkeypatch.setattr(versions.elsewhere, "make", lambda folder, pins: Path("python"))
    return asked


def test_what_was_measured_is_not_measured_again(asked: list[list[str]], tmp_path: Path) -> None:
    results: versions.Results = {}
    versions.measure("lowest", QUESTIONS[:2], results)
    versions.measure("lowest", QUESTIONS, results)
    results["lowest"]["answers"][IDS[0]]["digest"] = "of another experiment"
    versions.measure("lowest", QUESTIONS, results)
    assert asked == [IDS[:2], IDS[2:], IDS[:1]]
    assert json.loads((tmp_path / "versions.json").read_text()) == results


def test_other_bounds_are_other_results(asked: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    results: versions.Results = {}
    versions.measure("lowest", QUESTIONS, results)
    monkeypatch.setattr(versions, "releases", lambda kind: {"torch": "9.9"})
    versions.measure("lowest", QUESTIONS, results)
    assert asked == [IDS, IDS]


def test_the_page_says_what_holds_and_what_came_instead(asked: list[list[str]]) -> None:
    results: versions.Results = {}
    versions.measure("lowest", QUESTIONS, results)
    page = versions.page(results, load([OWN]).questions)
    assert "| torch | 9.9 |" in page
    rows = [line for line in page.splitlines() if any(f"`{name}`" in line for name in IDS)]
    assert [row.split(" | ", 2)[2] for row in rows] == [
        "holds |", "fails: no attribute &lt;x> \\| y |", "**other** |"
    ]  # fmt: skip


def test_a_set_that_cannot_be_had_is_said_and_left_out(
    asked: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def make(folder: Path, pins: list[str]) -> Path:
        raise CannotMake("no package index answers")

    monkeypatch.setattr(versions, "PAGE", tmp_path / "versions.md")
    monkeypatch.setattr(versions, "_newest", lambda name: "99.0")
    monkeypatch.setattr(versions.elsewhere, "make", make)
    versions.main(IDS)
    assert "newest left out: no package index answers" in capsys.readouterr().err
    assert "newest" not in (tmp_path / "versions.md").read_text()


@pytest.mark.skipif(not versions.DATA.exists(), reason="the table was not measured yet")
def test_the_page_is_what_the_file_gives() -> None:
    results = json.loads(versions.DATA.read_text(encoding="utf-8"))
    assert versions.PAGE.read_text(encoding="utf-8") == versions.page(results, load([OWN]).questions)


def test_the_lowest_releases_are_those_of_pyproject(tmp_path: Path) -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    known = lowest()
    assert len(known) == len(project["dependencies"]) + len(project["optional-dependencies"]["dev"])
    assert f"transformers>={known['transformers']}" in project["dependencies"]
    unbound = tmp_path / "pyproject.toml"
    unbound.write_text('[project]\ndependencies = ["torch"]\noptional-dependencies = {dev = []}\n')
    with pytest.raises(ValueError, match="no lower bound in torch"):
        lowest(unbound)
