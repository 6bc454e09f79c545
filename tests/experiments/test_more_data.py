"""The experiments of `more-data.yaml`, as taught and broken on purpose."""

import pytest

from experiments import map_cache, padding_side, token_types, truncation_strategy
from experiments.engine import Edit
from tests.experiments.asked import ask

pytestmark = pytest.mark.run

CONSTANT = Edit('"linear"', '"constant_with_warmup"')


def test_one_sentence_cannot_always_give_enough(prove):
    outcome, runs = prove("truncation_strategy")
    assert outcome.name == "one side cannot give enough"
    kept = {variant: run.observed["a long first"] for variant, run in runs.items()}
    assert kept["longest first"] == "11 + 10"
    assert kept["only the first"] == "6 + 15"
    assert runs["only the second"].raised
    longest = runs["longest first"]
    assert truncation_strategy.decide(runs | {"only the first": longest}).name == "cuts the other"


def test_dropped_token_types_count_as_zeros(prove):
    outcome, runs = prove("token_types")
    assert outcome.name == "silent zeros"
    assert runs["dropped"].loss != runs["with token types"].loss


def test_token_types_that_are_zeros_anyway_are_unused(prove):
    zeros = Edit(
        "accelerator = Accelerator()\n",
        "accelerator = Accelerator()\nfrom transformers import BertModel\n"
        "BertModel.forward = (lambda forward: lambda self, *args, **given: "
        'forward(self, *args, **{**given, "token_type_ids": None}))(BertModel.forward)\n',
    )
    assert prove("token_types", {"with token types": [zeros]})[0].name == "unused"


def test_a_model_that_asks_for_them_raises(prove):
    each = token_types.experiment.variants["dropped in evaluation"][0]
    asked = Edit(each.old, each.new + '    batch["token_type_ids"]\n')
    assert prove("token_types", {"dropped in evaluation": [asked]})[0].name == "raises"


def test_the_cache_misses_what_an_imported_function_reads(prove):
    outcome, runs = prove("map_cache")
    assert outcome.name == "own script only"
    assert map_cache.decide(runs | {"another module": runs["a global"]}).name == "everything"
    assert runs["another module"].observed["longest after"] == 40
    assert runs["the tokenizer"].observed["longest after"] == 20


def test_the_collator_takes_no_padding_away(prove, monkeypatch):
    assert ask(prove, monkeypatch, "padding-in-map").name == "it stays padded"


def test_rows_left_ragged_are_trimmed(prove, monkeypatch):
    assert ask(prove, monkeypatch, "padding-in-map", {"padding=True in map": []}).name == "the collator trims"


def test_sorted_labels_make_it_forget(prove, monkeypatch):
    assert ask(prove, monkeypatch, "sorted-by-label").name == "forgets"


def test_shuffled_it_does_not_forget(prove, monkeypatch):
    outcome = ask(prove, monkeypatch, "sorted-by-label", {"sorted by label": [CONSTANT]})
    assert outcome.name == "no matter"


def test_padding_on_the_left_is_not_harmless(prove):
    outcome, runs = prove("padding_side")
    assert outcome.name == "the side matters"
    assert runs["right"].observed["first token"] != runs["left"].observed["first token"]
    assert padding_side.decide(runs | {"left": runs["right"]}).name == "the mask is enough"
    halfway = runs | {"left, positions counted": runs["right"]}
    assert padding_side.decide(halfway).name == "positions are enough"
