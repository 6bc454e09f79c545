"""The experiment `grad_accumulation`, as taught and broken on purpose."""

import pytest

from experiments import grad_accumulation

pytestmark = pytest.mark.run


def test_backward_alone_steps_every_batch(prove):
    outcome, _ = prove("grad_accumulation")
    assert outcome.name == "steps every batch"
    updates = outcome.evidence["updates"]
    assert updates == {"no accumulation": 10, "backward only": 10, "accumulate()": 3, "by hand": 3}
    assert "bit for bit" in outcome.finding


def test_inside_accumulate_it_waits(prove):
    gated = grad_accumulation.experiment.variants["accumulate()"]
    outcome, _ = prove("grad_accumulation", {"backward only": gated, "by hand": []})
    assert outcome.name == "waits by itself"
    assert "differ from the loop by hand" in outcome.finding
