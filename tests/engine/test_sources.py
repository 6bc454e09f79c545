"""Names of models and data: what each stands for, and what is said of one that cannot be."""

from pathlib import Path

import pytest

from experiments.engine import settings, sources
from experiments.engine.sources import SourceError

CHECK = {"model": sources.checkpoint, "data": sources.dataset}


def test_bundled_is_left_to_the_page() -> None:
    assert not {"checkpoint", "dataset"} & set(sources.knobs(settings.build()))
    assert Path(sources.checkpoint("bundled"), "config.json").is_file()
    assert Path(*sources.dataset("bundled")).is_dir()


def test_hub_names_the_walkthroughs_own() -> None:
    assert sources.checkpoint("hub") == "bert-base-uncased"
    assert sources.dataset("hub") == ["nyu-mll/glue", "mrpc"]
    assert sources.dataset("org/pairs:small") == ["org/pairs", "small"]
    assert sources.checkpoint("org/bert") == "org/bert"


@pytest.mark.parametrize("kind", ["model", "data"])
@pytest.mark.parametrize("name", ["bundeld", "hubb", "bundle"])
def test_a_name_near_one_of_ours_is_taken_for_a_slip(kind: str, name: str) -> None:
    with pytest.raises(SourceError, match=f"no {kind} is called '{name}'; did you mean"):
        CHECK[kind](name)


@pytest.mark.parametrize("kind", ["model", "data"])
@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../nowhere", "/no/such/folder", "a/b/c", "~nobody-of-this-name/x", "x" * 5000, "a\\b"],
)
def test_what_can_be_neither_folder_nor_name_is_refused(kind: str, name: str, tmp_path, monkeypatch) -> None:
    (tmp_path / "empty" / "within").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "empty" / "within")
    with pytest.raises(SourceError, match=f"{kind} "):
        CHECK[kind](name)


@pytest.mark.parametrize("kind", ["model", "data"])
def test_a_file_is_no_folder(kind: str, tmp_path) -> None:
    file = tmp_path / "train.csv"
    file.write_text("sentence1,sentence2,label\n")
    with pytest.raises(SourceError, match="is a file; expected bundled, hub, a folder"):
        CHECK[kind](str(file))


def test_an_empty_folder_is_told_what_it_lacks(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"no config\.json in it"):
        sources.checkpoint(str(tmp_path))
    with pytest.raises(SourceError, match="no parquet, csv or json file"):
        sources.dataset(str(tmp_path))


def test_a_folder_is_given_by_its_full_path(tmp_path, monkeypatch) -> None:
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "train.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    assert sources.dataset("pairs") == [str(tmp_path / "pairs")]


@pytest.mark.parametrize(
    ("model", "data", "local"),
    [("bundled", "bundled", True), ("hub", "bundled", False), ("bundled", "org/x", False), (".", ".", True)],
)
def test_only_the_hub_needs_the_network(model: str, data: str, local: bool) -> None:
    assert sources.is_local(settings.build({"model": model, "data": data})) is local
