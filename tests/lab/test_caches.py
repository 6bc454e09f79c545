"""A run reads what is on the disk: no cache of an earlier run stands in for it, be it of the same worker."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from app.lab.pool import Pool
from experiments.engine import Edit
from experiments.engine.sources import BUNDLED
from tests.changing import CARD, relabelled, rewrite
from tests.lab.racing import raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

LOAD = "load_dataset(*dataset)"
METRIC = 'metric_script = str(bundled / "metric")'
ON_DISK = Edit(LOAD, "load_dataset(*dataset, keep_in_memory=False)")
AS_WRITTEN = Edit(LOAD, LOAD)
ROWS = "".join(f"The mayor opened bridge {n}.,Bridge {n} was opened.,0\n" for n in range(16))
SCORE = """\
        return {"accuracy": float("score #0.25".split("#")[1]), "f1": 0.5}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def alone(pool: Pool) -> AsyncIterator[Pool]:
    """A pool of one worker, so that each run comes after the last one's in the same process."""
    worker = await pool.take(offline=True)
    alone = Pool(size=1)
    alone._idle = [worker]
    yield alone
    assert alone._idle == [worker]
    await pool.give_back(worker, offline=True)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A folder of pairs, all labelled 0."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for split in ("train", "validation"):
        (folder / f"{split}.csv").write_text("sentence1,sentence2,label\n" + ROWS, encoding="utf-8")
    return folder


async def shown(pool: Pool, edits: list[Edit], **settings: Any) -> tuple[list[float], Mapping[str, float]]:
    """The losses and the metrics of two steps."""
    ran = await raced(pool, {"page": edits}, num_training_steps=2, batch_size=4, **settings)
    run = ran.runs["page"]
    assert len(run.loss) == 2
    return run.loss, run.metrics


@pytest.mark.parametrize("card", [CARD, None], ids=["with a card", "without a card"])
@pytest.mark.parametrize("edit", [AS_WRITTEN, ON_DISK], ids=["in memory", "on disk"])
async def test_a_changed_row_is_read(alone: Pool, pairs: Path, card: str | None, edit: Edit) -> None:
    """On disk, `map` keeps its rows too."""
    if card:
        (pairs / "README.md").write_text(card, encoding="utf-8")
    before = await shown(alone, [edit], data=str(pairs))
    for split in ("train", "validation"):
        rewrite(pairs / f"{split}.csv", relabelled)
    after = await shown(alone, [edit], data=str(pairs))
    assert after != before
    for split in ("train", "validation"):
        rewrite(pairs / f"{split}.csv", lambda content: content.replace(b",1\n", b",0\n"))
    assert await shown(alone, [edit], data=str(pairs)) == before


async def test_a_changed_weight_is_read(alone: Pool, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(BUNDLED / "model", model)
    before = await shown(alone, [], model=str(model))
    rewrite(model / "model.safetensors", other_weights)
    assert await shown(alone, [], model=str(model)) != before


def other_weights(content: bytes) -> bytes:
    """A safetensors file with the order of one tensor's bytes turned round by a number of four bytes."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    begin, end = (
        8 + length + at for at in header["bert.encoder.layer.0.output.dense.weight"]["data_offsets"]
    )
    return content[:begin] + content[begin + 4 : end] + content[begin : begin + 4] + content[end:]


async def test_a_changed_metric_is_computed(alone: Pool, tmp_path: Path) -> None:
    """What follows a `#` is what evaluate's own digest leaves out."""
    metric = tmp_path / "metric"
    metric.mkdir()
    text = (BUNDLED / "metric" / "metric.py").read_text(encoding="utf-8")
    head = text[: text.index("        pairs = list(")]
    (metric / "metric.py").write_text(head + SCORE, encoding="utf-8")
    edits = [Edit(METRIC, f"metric_script = {str(metric)!r}")]
    assert (await shown(alone, edits))[1]["accuracy"] == 0.25
    rewrite(metric / "metric.py", lambda content: content.replace(b"#0.25", b"#0.75"))
    assert (await shown(alone, edits))[1]["accuracy"] == 0.75


LEFT_BY_AN_EARLIER_VIVA = """
import sys
from datasets import load_dataset
print(load_dataset(sys.argv[1])["train"].num_rows)
"""


async def test_an_old_corpus_in_the_homes_cache_is_not_what_a_run_loads(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The libraries know a folder with a card by the folder's name and the card."""
    fresh = await shown(pool, [])
    old = tmp_path / "corpus"
    shutil.copytree(BUNDLED / "corpus", old)
    card = old / "README.md"
    card.write_text(CARD.removesuffix("---\n") + card.read_text(encoding="utf-8").removeprefix("---\n"))
    shutil.copytree(old, tmp_path / "now" / "corpus")
    for file in old.glob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b",not_equivalent,", b",equivalent,"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", LEFT_BY_AN_EARLIER_VIVA, str(old)], check=True, timeout=100
    )
    later = Pool(size=1)
    try:
        assert await shown(later, [], data=str(tmp_path / "now" / "corpus")) == fresh
        assert await shown(later, []) == fresh
    finally:
        await later.close()


async def test_a_run_leaves_no_cache_behind(alone: Pool) -> None:
    await shown(alone, [ON_DISK])
    (worker,) = alone._idle
    left = [path for path in Path(psutil.Process(worker.pid).cwd()).rglob("*") if path.is_file()]  # noqa: ASYNC240
    assert left == []


async def test_bundled_runs_need_no_cache_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("HF_HOME", str(blocked))
    pool = Pool(size=1)
    try:
        await shown(pool, [])
    finally:
        await pool.close()


async def test_a_folder_that_cannot_be_written_is_said_to_be_so(alone: Pool) -> None:
    """As on a full or read-only disk: nothing can be made below the worker's own folder."""
    (worker,) = alone._idle
    folder = Path(psutil.Process(worker.pid).cwd()) / "run"
    folder.write_text("not a folder")
    ran = await raced(alone, {"page": []}, num_training_steps=2)
    assert str(folder) in ran.error.message
    assert "Traceback" not in ran.error.message
    assert alone._idle == [worker] and worker.is_alive, "it waits for the next run"
    folder.unlink()
