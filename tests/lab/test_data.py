"""Any data by path, through the libraries' own loading."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.lab.racing import raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

PAIRS = [
    {"sentence1": f"The mayor opened bridge {n}.", "sentence2": f"Bridge {n} was opened.", "label": n % 2}
    for n in range(12)
]


def write(
    folder: Path, form: str, rows: list[dict], splits: tuple[str, ...] = ("train", "validation")
) -> str:
    for split in splits:
        file = folder / f"{split}.{form}"
        if form == "csv":
            with file.open("w", newline="", encoding="utf-8") as opened:
                writer = csv.DictWriter(opened, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        elif form == "jsonl":
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        else:
            parquet.write_table(pa.Table.from_pylist(rows), file)
    return str(folder)


def numbered(rows: list[dict]) -> list[dict]:
    return [{**row, "idx": n} for n, row in enumerate(rows)]


@pytest.mark.parametrize(("form", "rows"), [("csv", PAIRS), ("jsonl", numbered(PAIRS)), ("parquet", PAIRS)])
async def test_a_folder_of_pairs_trains(pool, tmp_path, form: str, rows: list[dict]) -> None:
    data = write(tmp_path, form, rows)
    ran = await raced(pool, {"page": []}, data=data, num_training_steps=2, batch_size=4)
    assert len(ran.runs["page"].steps) == 2
    assert 0 <= ran.runs["page"].accuracy <= 1
    assert ran.hello.data == data


@pytest.mark.parametrize(
    ("rows", "splits", "said"),
    [
        ([{"premise": "a", "hypothesis": "b", "label": 0}], ("train", "validation"),
         "split train: no column sentence1, sentence2; found premise, hypothesis, label"),
        (PAIRS, ("train",), "no split called 'validation'; found train"),
        ([{**pair, "label": "yes"} for pair in PAIRS], ("train", "validation"),
         "split train: label holds 'yes'; expected 0 and 1"),
        ([{**pair, "label": n} for n, pair in enumerate(PAIRS)], ("train", "validation"),
         "split train: label holds 0, 1, 2, …; expected 0 and 1"),
    ],
    ids=["columns", "split", "text labels", "many labels"],
)  # fmt: skip
async def test_data_that_the_page_cannot_use_is_refused_by_name(
    pool, tmp_path, rows, splits, said: str
) -> None:
    data = write(tmp_path, "jsonl", rows, splits)
    ran = await raced(pool, {"page": []}, data=data, num_training_steps=2)
    assert ran.error.type == "SourceError"
    assert ran.error.input
    assert f"data {data}" in ran.error.message
    assert said in ran.error.message
    assert not ran.error.traceback


async def test_a_file_that_does_not_parse_is_the_inputs_fault(pool, tmp_path) -> None:
    for split in ("train", "validation"):
        (tmp_path / f"{split}.jsonl").write_text('{"sentence1": "a", \n', encoding="utf-8")
    ran = await raced(pool, {"page": []}, data=str(tmp_path))
    assert ran.error.input
    assert "of the page" in ran.error.message


async def test_the_real_mrpc_trains_and_says_so(pool, mrpc) -> None:
    ran = await raced(pool, {"page": []}, data=str(mrpc))
    assert ran.hello.data == str(mrpc)
    assert [step.of for step in ran.runs["page"].steps] == [5] * 5
    assert ran.runs["page"].metrics.keys() == {"accuracy", "f1"}
