"""load_dataset keeps old rows under a dataset card, as taught and with variants exchanged."""

import pytest

from experiments.stale_data import decide

pytestmark = pytest.mark.run


def test_a_card_hides_that_the_files_have_changed(prove):
    outcome, runs = prove("stale_data")
    assert outcome.name == "the card hides it"
    assert runs["corrected"].loss == runs["not corrected"].loss != runs["no card"].loss
    came = {variant: run.observed["corrected rows"] for variant, run in runs.items()}
    assert came["force_redownload"] == came["new version"] == runs["no card"].observed["rows"]
    assert came["moved to another folder"] == came["no card, same time"] == 0
    assert decide(runs | {"corrected": runs["no card"]}).name == "noticed"
    assert decide(runs | {"no card": runs["no card, same time"]}).name == "never noticed"
