"""Real races of mended pages: other ways to mend are accepted, ways to hide are not. Few steps, one seed."""

import pytest

from app.faults.case import Case, draw
from app.faults.mending import judged, race_of
from app.lab.pool import Pool
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
    """The healthy page with a score of its own making."""
    lines = text.splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith("eval_metric"))
    return "".join([*lines[: at + 1], 'eval_metric = {"accuracy": 0.9, "f1": 0.93}\n', *lines[at + 1 :]])


async def test_pages_are_judged_by_what_their_runs_do(case: Case) -> None:
    pool = Pool(size=1)
    try:
        mended = await judged(case, race_of(case, before_backward(case.sick)), pool)
        sick = await judged(case, race_of(case, case.sick), pool)
        hidden = await judged(case, race_of(case, made_up(case.healthy)), pool)
    finally:
        await pool.close()
    assert mended.right and mended.equal
    assert not sick.right
    assert [one.kind for one in hidden.differences if one.kind == "report"] and not hidden.right
