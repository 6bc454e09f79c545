"""`--model hub --data hub`, against a hub on the loopback and against one that is down."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from app.lab.pool import Pool
from experiments.engine import Edit, Outcome
from experiments.engine.events import Bye
from experiments.engine.sources import BUNDLED
from tests.lab.loopback_hub import COMMIT, serve
from tests.lab.racing import raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

LIBRARIES_TRY = 23  # seconds that huggingface_hub tries for one file

CARD = """---
configs:
- config_name: mrpc
  data_files:
  - {split: train, path: mrpc/train-*}
  - {split: validation, path: mrpc/validation-*}
---
"""


def table(rows: int) -> bytes:
    written = io.BytesIO()
    columns = {
        "sentence1": [f"The mayor opened bridge {n}." for n in range(rows)],
        "sentence2": [f"Bridge {n} was opened." for n in range(rows)],
        "label": [n % 2 for n in range(rows)],
        "idx": list(range(rows)),
    }
    parquet.write_table(pa.table(columns), written)
    return written.getvalue()


REPOS = {
    ("models", "bert-base-uncased"): {
        file.name: file.read_bytes() for file in (BUNDLED / "model").iterdir() if file.is_file()
    },
    ("datasets", "nyu-mll/glue"): {
        "README.md": CARD.encode(),
        "mrpc/train-00000-of-00001.parquet": table(24),
        "mrpc/validation-00000-of-00001.parquet": table(8),
    },
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch) -> Iterator[list[str]]:
    """A hub that runs, and what it was asked for."""
    asked: list[str] = []
    server = serve(REPOS, asked)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_OFFLINE")
    yield asked
    server.shutdown()
    server.server_close()


async def test_the_hubs_model_and_data_are_fetched_and_train_and_what_it_lacks_is_named(
    asked: list[str], tmp_path: Path, monkeypatch
) -> None:
    chosen = {"model": "hub", "data": "hub", "num_training_steps": 2, "batch_size": 4}
    fresh = Pool(size=1)
    ran = await raced(fresh, {"page": []}, **chosen)
    assert ran.of(Outcome)
    assert len(ran.runs["page"].steps) == 2
    assert (ran.hello.model, ran.hello.data) == ("hub", "hub")
    assert f"GET /bert-base-uncased/resolve/{COMMIT}/model.safetensors" in asked
    assert f"GET /datasets/nyu-mll/glue/resolve/{COMMIT}/mrpc/train-00000-of-00001.parquet" in asked

    lacking = await raced(fresh, {"page": []}, model="org/no-such-bert", data="org/no-such-pairs")
    assert lacking.error.input
    assert "org/no-such-pairs" in lacking.error.message
    assert "Traceback" not in lacking.error.message
    await fresh.close()

    asked.clear()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    again = await raced(fresh, {"page": []}, **chosen)
    assert again.losses == ran.losses, "what was fetched once is used without the hub"
    model, data = {**chosen, "data": "bundled"}, {**chosen, "model": "bundled"}
    mixed = [
        (await raced(fresh, {"page": edits}, **some)).losses for edits, some in [([], model), ([], data)]
    ]
    assert mixed[0] != ran.losses
    assert mixed[1] == ran.losses, "the hub's model is the bundled one here"
    by_name = Edit("load_dataset(*dataset)", 'load_dataset("nyu-mll/glue", "mrpc")')
    named = await raced(fresh, {"page": [by_name]}, **{**chosen, "model": "bundled", "data": "bundled"})
    assert named.losses == ran.losses, "a page that names it finds it too"
    await fresh.close()
    assert asked == []


@pytest.mark.parametrize(
    "sources", [{"data": "org/no-such-pairs"}, {"model": "org/no-such-bert"}], ids=["data", "model"]
)
async def test_a_hub_that_is_down_is_said_at_once(pool, monkeypatch, sources) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    ran = await raced(pool, {"page": []}, **sources)
    assert ran.error.input
    assert "of the page: " in ran.error.message
    assert (
        "http://127.0.0.1:9 does not answer; the bundled model and data need no network" in ran.error.message
    )
    assert "Traceback" not in ran.error.message
    assert ran.of(Bye)[0].seconds < LIBRARIES_TRY, "the libraries were not left to try again and again"
