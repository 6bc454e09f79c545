"""The embedded corpus: what its card promises."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "experiments" / "bundled" / "corpus"
SPLITS = ("train", "validation")
SENTENCES = ("sentence1", "sentence2")
PARAPHRASE_TAGS = {"synonym", "reordering", "passive", "extra detail"}
CHANGE_TAGS = {"name", "number", "time", "place", "reason", "antonym", "negation", "role swap"}


def rows(split: str) -> list[dict[str, str]]:
    with (CORPUS / f"{split}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tags(split: str) -> dict[str, dict[str, str]]:
    with (CORPUS / "tags.tsv").open(encoding="utf-8", newline="") as file:
        return {row["idx"]: row for row in csv.DictReader(file, delimiter="\t") if row["split"] == split}


def sentences(split: str) -> list[str]:
    return [row[column] for row in rows(split) for column in SENTENCES]


@pytest.mark.parametrize(("split", "fewest"), [("train", 1200), ("validation", 300)])
def test_there_are_enough_pairs_and_their_idx_counts_them(split: str, fewest: int) -> None:
    found = rows(split)
    assert len(found) >= fewest
    assert [int(row["idx"]) for row in found] == list(range(len(found)))


@pytest.mark.parametrize("split", SPLITS)
def test_two_thirds_are_paraphrases(split: str) -> None:
    labels = Counter(row["label"] for row in rows(split))
    assert set(labels) == {"equivalent", "not_equivalent"}
    assert labels["equivalent"] / labels.total() == pytest.approx(2 / 3, abs=0.02)


@pytest.mark.parametrize("split", SPLITS)
def test_sentences_are_as_long_as_mrpc_s(split: str) -> None:
    lengths = [len(sentence.split()) for sentence in sentences(split)]
    assert min(lengths) >= 7
    assert max(lengths) <= 35
    assert 20 <= sum(lengths) / len(lengths) <= 22
    assert sum(length <= 12 for length in lengths) / len(lengths) > 0.02
    assert sum(length >= 28 for length in lengths) / len(lengths) > 0.02


def test_no_sentence_stands_twice_nor_in_both_splits() -> None:
    counts = Counter(sentence.lower() for split in SPLITS for sentence in sentences(split))
    assert [sentence for sentence, count in counts.items() if count > 1] == []


def test_no_frame_stands_in_both_splits() -> None:
    frames = [{row["frame"] for row in tags(split).values()} for split in SPLITS]
    assert all(frames)
    assert not frames[0] & frames[1]


@pytest.mark.parametrize("split", SPLITS)
def test_every_pair_is_tagged_with_what_makes_it_one_or_not(split: str) -> None:
    by_idx = tags(split)
    for row in rows(split):
        found = set(by_idx.pop(row["idx"])["tags"].split(", "))
        assert found <= (PARAPHRASE_TAGS if row["label"] == "equivalent" else CHANGE_TAGS), row
    assert by_idx == {}


def test_the_splits_show_every_tag() -> None:
    for split in SPLITS:
        found = {tag for row in tags(split).values() for tag in row["tags"].split(", ")}
        assert found >= (PARAPHRASE_TAGS | CHANGE_TAGS) - {"place", "time"}, split


@pytest.mark.parametrize("split", SPLITS)
def test_no_trace_of_the_grammar_is_left_in_the_text(split: str) -> None:
    for sentence in sentences(split):
        assert not set(sentence) & set("{}<>|()[]"), sentence
        assert "  " not in sentence
        assert sentence[-1] in '."', sentence
        assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
        assert not any(a == b for a, b in pairwise(sentence.lower().split())), sentence


def test_the_making_writes_these_very_files(tmp_path: Path) -> None:
    from tools.making import corpus

    corpus.main(tmp_path)
    for name in ("train.csv", "validation.csv", "tags.tsv"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (CORPUS / name).read_text(encoding="utf-8")


def test_load_dataset_gives_mrpc_s_columns_and_label_names(tmp_path: Path) -> None:
    from datasets import ClassLabel, load_dataset

    splits = load_dataset(str(CORPUS), cache_dir=str(tmp_path))
    assert set(splits) == {"train", "validation"}
    for split in splits.values():
        assert split.column_names == ["sentence1", "sentence2", "label", "idx"]
        assert split.features["label"] == ClassLabel(names=["not_equivalent", "equivalent"])
        assert split.features["idx"].dtype == "int32"
