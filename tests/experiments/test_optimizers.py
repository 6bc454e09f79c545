"""The experiment `optimizers`, as taught and broken on purpose."""

import pytest

pytestmark = pytest.mark.run


def test_only_adamw_learns_at_its_rate(prove):
    outcome, runs = prove("optimizers")
    assert outcome.name == "only adamw learns"
    assert max(runs["SGD at 1000×"].loss) > 2 * runs["SGD"].loss[0]


def test_adamw_in_every_place_keeps_up(prove):
    outcome, _ = prove("optimizers", {"SGD": [], "Adam, L2 30": []})
    assert outcome.name == "others keep up"
