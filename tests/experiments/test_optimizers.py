"""The experiment `optimizers`, as taught and broken on purpose."""

import pytest

from experiments.optimizers import instead

pytestmark = pytest.mark.run


def test_sgd_needs_a_rate_of_its_own_and_l2_wears_down_unseen_words(prove):
    outcome, runs = prove("optimizers")
    assert outcome.name == "its own rate"
    left = {variant: run.observed["unseen words left"] for variant, run in runs.items()}
    assert left["SGD"] == 1 > left["AdamW"] > 0.999


def test_adamw_in_every_place_keeps_up(prove):
    few = {"num_training_steps": 20, "num_train_examples": 160}
    outcome, _ = prove("optimizers", {"SGD": [], "SGD at 20×": [], "Adam, L2 0.01": []}, **few)
    assert outcome.name == "others keep up"


def test_the_higher_rate_lowered_again_leaves_adamw_alone(prove):
    outcome, _ = prove("optimizers", {"SGD at 20×": instead("torch.optim.SGD", "")})
    assert outcome.name == "only adamw learns"
