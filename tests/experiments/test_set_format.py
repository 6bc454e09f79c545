"""Only the default collate needs the format."""

from dataclasses import replace

import pytest

from experiments.set_format import decide

pytestmark = pytest.mark.run


def test_only_the_default_collate_breaks_without_the_format(prove):
    outcome, runs = prove("set_format")
    assert outcome.name == "only the default collate breaks"
    assert runs["default collate, no format"].raised.type == "AttributeError"
    assert runs["no format"].observed["loading"] < 1
    default, broken = runs["default collate"], runs["default collate, no format"]
    assert decide(runs | {"default collate, no format": default}).name == "nothing breaks"
    assert decide(runs | {"no format": broken}).name == "the walkthrough breaks"
    slower = replace(runs["no format"], observed={"loading": 1.5})
    assert decide(runs | {"no format": slower}).name == "the format pays"
