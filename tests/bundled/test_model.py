"""The embedded checkpoint: loads without viva, small, and pre-trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "experiments" / "bundled" / "model"
FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(MODEL)


def fresh_model():
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(MODEL, num_labels=2)


def test_checkpoint_and_tokenizer_take_at_most_4_5_megabytes() -> None:
    assert {path.name for path in MODEL.iterdir()} == FILES | {"README.md"}
    assert sum((MODEL / name).stat().st_size for name in FILES) <= 4_500_000


def test_it_loads_in_single_precision_with_a_new_head() -> None:
    import torch
    from safetensors import safe_open

    with safe_open(MODEL / "model.safetensors", "pt") as stored:
        names = set(stored.keys())
    assert not any(name.startswith("classifier") for name in names)
    model = fresh_model()
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model.classifier.weight.shape == (2, 128)
    assert names == {name for name in model.state_dict() if not name.startswith("classifier")}


def test_the_tokenizer_fits_the_model(tokenizer) -> None:
    config = json.loads((MODEL / "config.json").read_text(encoding="utf-8"))
    assert len(tokenizer) == config["vocab_size"]
    assert tokenizer.model_max_length == config["max_position_embeddings"] == 128
    coded = tokenizer("Profit rose.", "Earnings climbed.")
    assert tokenizer.convert_ids_to_tokens(coded["input_ids"]) == [
        "[CLS]", "profit", "rose", ".", "[SEP]", "earnings", "climbed", ".", "[SEP]",
    ]  # fmt: skip
    assert coded["token_type_ids"] == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_a_long_pair_is_cut_to_the_positions_there_are(tokenizer) -> None:
    assert len(tokenizer("word " * 300, "other " * 300, truncation=True)["input_ids"]) == 128


@pytest.mark.parametrize("text", ["Zürich—naïve façade", "x[i:j] = P[Y=1|x]", "qwxzjv 1,234.5%"])
def test_any_latin_text_can_be_spelled(tokenizer, text: str) -> None:
    tokens = tokenizer.tokenize(text.replace("—", "-"))
    assert "[UNK]" not in tokens


def test_words_of_like_meaning_lie_close(tokenizer) -> None:
    from torch.nn.functional import cosine_similarity

    table = fresh_model().bert.embeddings.word_embeddings.weight

    def likeness(one: str, two: str) -> float:
        ids = tokenizer.convert_tokens_to_ids([one, two])
        return cosine_similarity(table[ids[0]], table[ids[1]], dim=0).item()

    for word, like, unlike in [
        ("profit", "earnings", "hospital"),
        ("doctor", "physician", "airplane"),
        ("killed", "died", "sold"),
        ("police", "officers", "music"),
    ]:
        assert likeness(word, like) > likeness(word, unlike) + 0.1, word
