"""The experiment `device`, as taught and broken on purpose."""

import pytest

from experiments import device

pytestmark = pytest.mark.run


def test_only_weights_apart_from_their_batch_raise(prove):
    outcome, runs = prove("device")
    assert outcome.name == "only apart raises"
    assert runs["head elsewhere"].raised.type == "RuntimeError"
    assert runs["told to use the CPU"].observed["weights"] == "cpu"
    assert runs["nothing moved"].observed["batch"] == "cpu"


def test_a_head_in_its_place_raises_nothing(prove):
    assert prove("device", {"head elsewhere": []})[0].name == "apart runs too"


def test_a_cpu_that_raised_is_found_out(prove):
    apart = device.experiment.variants["head elsewhere"]
    assert prove("device", {"nothing moved": apart})[0].name == "the CPU raises"
