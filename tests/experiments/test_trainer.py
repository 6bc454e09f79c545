"""The experiment `trainer`, as taught and broken on purpose."""

import pytest

from experiments import trainer

pytestmark = pytest.mark.run


def test_losses_are_equal_once_the_defaults_are_off(prove):
    outcome, _ = prove("trainer")
    assert outcome.name == "equal once aligned"
    apart = outcome.evidence["largest difference"]
    assert apart["+ weight decay"] == 0 < apart["+ random state"] < apart["Trainer"]


def test_a_default_left_on_keeps_them_apart(prove):
    clipped = trainer.with_trainer(
        trainer.SCHEDULE + "    weight_decay=0.01,\n", trainer.DECAY_ALL + trainer.RANDOM
    )
    outcome, _ = prove("trainer", {"+ weight decay": clipped})
    assert outcome.name == "never equal"
