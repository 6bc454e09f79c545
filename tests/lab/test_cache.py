"""A cache that cannot be written is said to be so, and the app stands."""

import pytest

from app.lab.pool import Pool
from tests.lab.racing import raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]


async def test_a_cache_that_is_no_folder(tmp_path, monkeypatch) -> None:
    """As a full or read-only disk would: nothing can be made below `HF_HOME`."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("HF_HOME", str(blocked))
    alone = Pool(size=1)
    ran = await raced(alone, {"page": []}, num_training_steps=2)
    assert str(blocked) in ran.error.message
    assert "Traceback" not in ran.error.message
    assert [worker.is_alive for worker in alone._idle] == [True], "it waits for the next run"
    await alone.close()
