"""The experiment `prepare`, as taught and broken on purpose."""

import pytest

from experiments import prepare

pytestmark = pytest.mark.run


def test_one_process_computes_the_same_without_prepare(prove):
    outcome, runs = prove("prepare")
    assert outcome.name == "bit-identical"
    assert runs["prepared"].observed["train_dataloader"] == "DataLoaderShard"
    assert runs["not prepared"].observed["train_dataloader"] == "DataLoader"
    assert runs["seedable sampler"].loss != runs["prepared"].loss
    assert runs["bf16"].observed["precision used"] == "autocast"


def test_another_order_of_the_data_differs(prove):
    outcome, _ = prove("prepare", {"not prepared": prepare.experiment.variants["seedable sampler"]})
    assert outcome.name == "differs"
