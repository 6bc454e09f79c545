"""What stands on a line is found without calling anything, and so is what it holds."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from experiments.engine import page
from experiments.engine.names import NotThere, check, names_on, owner_of, value_of


def on(words: str) -> list[str]:
    first, _ = page.lines_of(words)
    return names_on(page.loop(), first)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("outputs = model(**batch)", ["outputs", "model", "batch"]),
        ("loss = outputs.loss", ["loss", "outputs.loss"]),
        ("accelerator.backward(loss)", ["accelerator", "loss", "model"]),
        ("optimizer.step()", ["optimizer"]),
        ("for batch in train_dataloader:", ["batch", "train_dataloader"]),
        ("if completed_steps ==", ["completed_steps", "num_training_steps"]),
        ("predictions = outputs.logits.argmax", ["predictions", "outputs.logits"]),
        ("def tokenize_function", []),
        ("break", []),
    ],
)
def test_the_names_on_a_line_are_found_in_their_order(words: str, names: list[str]) -> None:
    assert on(words) == names


def test_a_statement_of_several_lines_is_one_and_a_block_is_its_head() -> None:
    text = "total = f(\n    first,\n    batch['labels'][0],\n)\nwhile left:\n    left = less\n"
    assert [names_on(text, line) for line in (1, 2, 3, 4)] == [
        ["total", "f", "first", 'batch["labels"][0]']
    ] * 4
    assert names_on(text, 5) == ["left"]
    assert names_on(text, 6) == ["left", "less"]


@pytest.mark.parametrize(
    "text", ["loss.item()", "a + b", "x[i]", "x[f()]", "a.__class__", "lambda: 1", "[a]", "", "a b"]
)
def test_what_would_call_or_compute_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        check(text)


class Loud:
    """Whatever is asked of it beyond what it keeps is a failure of the test."""

    kept = 7

    def __init__(self) -> None:
        self.own = 8

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"__getattr__({name!r}) was called")

    def __getitem__(self, key: object) -> Any:
        raise AssertionError(f"__getitem__({key!r}) was called")

    @property
    def computed(self) -> Any:
        raise AssertionError("a property was computed")


def test_nothing_of_the_page_is_called() -> None:
    variables = {"x": Loud(), "plain": {"a": [1, 2]}}
    assert value_of("x.own", variables) == 8
    assert value_of("x.kept", variables) == 7
    assert value_of('plain["a"][-1]', variables) == 2
    for name in (
        "x.computed",
        "x.other",
        "x[0]",
        'x["a"]',
        "x.__init__",
        "missing",
        'plain["b"]',
        'plain["a"][5]',
    ):
        with pytest.raises((NotThere, ValueError)):
            value_of(name, variables)


def test_modules_tensors_and_batches_give_what_they_keep() -> None:
    layer = torch.nn.Sequential(torch.nn.Linear(2, 1))
    (layer[0](torch.ones(1, 2)) * 2).sum().backward()
    inner = SimpleNamespace(layer=layer)
    variables = {"model": layer, "inner": inner, "batch": {"input_ids": torch.arange(4)}}
    assert torch.equal(value_of("inner.layer", variables)[0].weight, layer[0].weight)
    assert value_of("model.training", variables) is True
    assert owner_of('batch["input_ids"]', variables) is variables["batch"]
    linear = torch.nn.Linear(2, 1)
    linear(torch.ones(1, 2)).sum().backward()
    assert torch.equal(value_of("linear.weight.grad", {"linear": linear}), torch.ones(1, 2))
    assert value_of("hidden.grad", {"hidden": linear(torch.ones(1, 2))}) is None, "and nothing is warned of"
