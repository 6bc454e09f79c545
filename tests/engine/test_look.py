"""Values are told in one line, and looking at them changes nothing."""

import random
import warnings
from types import SimpleNamespace

import numpy
import pytest
import torch
from transformers import BatchEncoding
from transformers.modeling_outputs import SequenceClassifierOutput

from experiments.engine.digest import digest, state
from experiments.engine.look import look


def trained() -> dict[str, object]:
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(0.5), torch.nn.Linear(3, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=4.2e-4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step)
    loss = model(torch.ones(2, 4)).pow(2).sum()
    loss.backward()
    optimizer.step()
    scheduler.step()
    ids = torch.tensor([[101, 7, 102, 0], [101, 8, 9, 102]])
    batch = BatchEncoding({"input_ids": ids, "attention_mask": ids.ne(0).long()})
    outputs = SequenceClassifierOutput(loss=loss, logits=torch.zeros(2, 2))
    return {
        "model": model, "optimizer": optimizer, "scheduler": scheduler, "loss": loss, "batch": batch,
        "outputs": outputs, "order": torch.Generator().manual_seed(5), "steps": 1_234, "none": None,
        "bad": torch.tensor([1.0, float("nan"), float("inf")]), "flags": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3), "names": ["a", "b"],
        "strange": SimpleNamespace(), "whole": torch.tensor(3),
    }  # fmt: skip


ALL = [*trained()]


def told(name: str, variables: dict[str, object]) -> dict[str, str]:
    return {value.name: value.text for value in look([name], variables)}


def test_values_are_told_in_one_line_each() -> None:
    held = trained()
    assert told("loss", held)["loss"].endswith("grad_fn Sum")
    assert told("batch", held)['batch["input_ids"]'] == "int64  [2, 4]  0…102  12% padding"
    assert told('batch["input_ids"]', held) == {'batch["input_ids"]': "int64  [2, 4]  0…102  12% padding"}
    assert told("outputs", held)["outputs.logits"] == "float32  [2, 2]  0…0"
    assert told("optimizer", held)["optimizer"] == "AdamW  lr 0.00021  state of 4 of 4 tensors"
    assert told("optimizer", held)["optimizer: gradients"].endswith("4 of 4 tensors")
    assert told("scheduler", held)["scheduler"] == "LambdaLR  lr 0.00021  step 1"
    assert "train mode" in told("model", held)["model"]
    assert told("order", held)["order"] == "Generator  seed 5"
    assert told("steps", held)["steps"] == "1,234"
    assert told("none", held)["none"] == "None"
    assert told("bad", held)["bad"].endswith("2 not finite")
    assert told("flags", held)["flags"] == "bool  [2]  50% True"
    assert told("empty", held)["empty"] == "float32  [0, 3]"
    assert told("names", held)["names"] == "list of 2  ['a', 'b']"
    assert told("later", held)["later"] == "not set yet"
    assert "\n" not in "".join(value.text for value in look(ALL, held))


def test_gradients_that_were_cleared_are_none() -> None:
    held = trained()
    assert told("model", held)["model: gradients"].startswith("norm ")
    held["model"].zero_grad()
    assert told("model", held)["model: gradients"] == "None"
    held["model"][0].weight.grad = torch.ones(3, 4)
    assert told("model", held)["model: gradients"] == "norm 3.464  1 of 4 tensors"


def test_looking_changes_nothing() -> None:
    held = trained()
    before = state(held)
    randomness = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
    graph, enabled = held["loss"].grad_fn, torch.is_grad_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        look(ALL, held)
        look(["loss.grad", "model.training", 'optimizer.param_groups[0]["lr"]'], held)
        state(held)
    assert state(held) == before
    assert torch.equal(torch.get_rng_state(), randomness[0])
    assert (random.getstate(), numpy.random.get_state()[1].tolist()) == randomness[1:]
    assert held["loss"].grad_fn is graph and torch.is_grad_enabled() == enabled


def test_a_value_that_refuses_to_be_looked_at_is_told_by_its_type() -> None:
    class Refuses(dict):
        def __len__(self) -> int:
            raise RuntimeError

    (value, *_) = look(["it"], {"it": Refuses(a=torch.ones(1))})
    assert value.text.startswith("Refuses")


def test_digests_tell_the_last_bit() -> None:
    held, again = trained(), trained()
    assert state(held) == state(again)
    with torch.no_grad():
        weight = again["model"][0].weight
        weight[0, 0] = torch.nextafter(weight[0, 0], torch.tensor(9.0))
    differing = {name for name, found in state(held).items() if state(again)[name] != found}
    assert differing == {"model.0.weight"}
    assert digest(torch.tensor([0.0])) != digest(torch.tensor([-0.0]))
    assert digest(torch.zeros(2, 3)) != digest(torch.zeros(3, 2))
    assert digest(torch.zeros(2)) != digest(torch.zeros(2, dtype=torch.float64))
    assert digest(float("nan")) == digest(float("nan"))
    assert digest({"a": 1, "b": [2]}) != digest({"a": 1, "b": [3]})
    assert digest(object()) is None
    assert digest(torch.ones(2, dtype=torch.bfloat16)) == digest(torch.ones(2, dtype=torch.bfloat16))


def test_the_state_has_each_gradient_and_each_state_of_the_optimizer() -> None:
    found = state(trained())
    assert {"model.0.weight", "model.0.weight.grad", "model.training", "the random state"} <= found.keys()
    assert {
        "optimizer state 0.0.exp_avg",
        'optimizer.param_groups[0]["lr"]',
        'batch["input_ids"]',
    } <= found.keys()


@pytest.mark.parametrize("format", [None, "torch"])
def test_a_datasets_digest_is_that_of_its_rows_and_its_format(format: str | None) -> None:
    from datasets import Dataset

    rows = {"label": [0, 1, 0], "sentence1": ["a", "b", "c"]}
    one, other = Dataset.from_dict(rows).with_format(format), Dataset.from_dict(rows)
    assert (digest(one) == digest(other)) == (format is None)
    assert digest(other.select([0, 1])) != digest(other.select([1, 2]))
    assert digest(other.select([2, 0])) != digest(other.select([0, 2]))
    text = look(["one"], {"one": one})[0].text
    assert text == f"3 rows  columns label, sentence1  format {format or 'python'}"


def inside(name: str, variables: dict[str, object]) -> dict[str, object]:
    return next(value.inside for value in look([name], variables, opened=True) if value.name == name)


def test_a_batch_is_opened_as_the_pairs_that_it_stands_for() -> None:
    from transformers import AutoTokenizer

    from experiments.engine.sources import BUNDLED

    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / "model")
    batch = tokenizer(["a cat", "it"], ["the dog sat down", "so"], padding=True, return_tensors="pt")
    first, second = inside("batch", {"batch": batch, "tokenizer": tokenizer})["pairs"]
    assert "".join(token for token, *_ in first).startswith("[CLS]acat[SEP]the")
    assert [segment for _, segment, _ in first[:5]] == [0, 0, 0, 0, 1]
    assert second[-1] == ("[PAD]", 0, False) and all(is_seen for *_, is_seen in first)
    unknown = inside("batch", {"batch": {"input_ids": torch.tensor([[7, 8]])}})["pairs"]
    assert unknown == [[("7", 0, True), ("8", 0, True)]]


def test_tensors_and_datasets_are_opened_by_their_first_rows() -> None:
    from datasets import Dataset, DatasetDict

    held = trained()
    assert inside("bad", held) == {"numbers": [[1.0, None, None]]}
    assert inside("loss", held) == inside("steps", held) == inside("later", held) == {}
    wide = inside("wide", {"wide": torch.zeros(100, 7, 900)})["numbers"]
    assert (len(wide), len(wide[0])) == (16, 64)
    rows = Dataset.from_dict({"label": [0, 1], "sentence1": ["a", "b" * 999]}).with_format("torch")
    heading, first, second = inside("rows", {"rows": rows})["rows"]
    assert (heading, first) == (["label", "sentence1"], ["0", "a"]) and len(second[1]) == 300
    assert inside("splits", {"splits": DatasetDict(train=rows)})["rows"][0] == ["label", "sentence1"]
    assert rows.format["type"] == "torch"
