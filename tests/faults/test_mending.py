"""Real races of mended pages: other ways to mend are accepted, ways to hide are not. Few steps, one seed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.faults.case import Case, draw
from app.faults.mending import judged, race_of
from app.lab.pool import Pool
from app.lab.race import Race
from experiments.engine.events import Eval, Event
from tests.faults import made

pytestmark = pytest.mark.run
SMALL = {"num_training_steps": 4, "num_train_examples": 64}


@pytest.fixture
def case(monkeypatch: pytest.MonkeyPatch) -> Case:
    """`zero_grad` between backward and step, in few steps."""
    made.use(monkeypatch)
    monkeypatch.setattr("app.faults.plan.SETTINGS", SMALL)
    monkeypatch.setattr("app.faults.mending.SEEDS", 1)
    return draw(7, "intermediate")


def before_backward(text: str) -> str:
    """The page with its gradients cleared by the model and before the forward pass."""
    lines = [line for line in text.splitlines(keepends=True) if "zero_grad" not in line]
    at = next(at for at, line in enumerate(lines) if line.lstrip().startswith("for batch in"))
    return "".join([*lines[: at + 1], "        model.zero_grad()\n", *lines[at + 1 :]])


def made_up(text: str) -> str:
    """The healthy page with its score raised once it is computed."""
    lines = text.splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith("eval_metric"))
    return "".join([*lines[: at + 1], 'eval_metric["accuracy"] += 0.003\n', *lines[at + 1 :]])


def visible() -> Iterator[str]:
    """What others on this machine see of the race by name: arguments, and files that are open or there."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            yield " ".join(process.cmdline())
            yield from (file.path for file in process.open_files())
            yield from (str(file) for file in Path(process.cwd()).rglob("*"))


async def test_pages_are_judged_by_what_their_runs_do(case: Case) -> None:
    pool, seen = Pool(size=1), set[str]()

    def look(event: Event, _: Race) -> None:
        if isinstance(event, Eval):
            seen.update(visible())

    try:
        mended = await judged(case, race_of(case, before_backward(case.sick)), pool, look)
        sick = await judged(case, race_of(case, case.sick), pool)
        hidden = await judged(case, race_of(case, made_up(case.healthy)), pool)
    finally:
        await pool.close()
    assert mended.right and mended.equal
    assert any("engine.worker" in words for words in seen)
    (fault,) = case.faults
    assert not [words for words in seen if fault.id in words or "zero_grad" in words]
    assert not sick.right
    assert [one.kind for one in hidden.differences if one.kind == "report"] and not hidden.right
