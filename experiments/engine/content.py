"""What is inside a value: a tensor's numbers, a batch as the pairs it stands for, a dataset's rows."""

from collections.abc import Mapping
from typing import Any

import torch

from experiments.engine.names import dict_of, kinds_of

ROWS, COLUMNS = 16, 64
PAIRS, TOKENS = 16, 512
LONGEST = 300


def content(value: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The start of what is inside, as data; empty where there is nothing more to tell than its one line.

    numbers: rows of a tensor, None where a number is not finite. pairs: of a batch, each as its tokens with
    their segment and whether the attention_mask has them. rows: of a dataset, the first with its columns.
    """
    if isinstance(value, torch.Tensor):
        return {"numbers": _numbers(value.detach())} if value.numel() and value.ndim else {}
    batch = dict_of(value)
    if batch is not None and isinstance(batch.get("input_ids"), torch.Tensor):
        return {"pairs": _pairs(batch, variables.get("tokenizer"))} if batch["input_ids"].ndim == 2 else {}
    if "datasets.Dataset" in kinds_of(value):
        return {"rows": _rows(value)}
    if "datasets.DatasetDict" in kinds_of(value):
        return {"rows": _rows(next(iter((batch or {}).values())))} if batch else {}
    return {}


def _numbers(value: torch.Tensor) -> list[list[float | int | None]]:
    if value.is_complex():
        return []
    flat = value.reshape(-1, value.shape[-1])[:ROWS, :COLUMNS]
    known = flat.isfinite().tolist()
    return [
        [number if is_known else None for number, is_known in zip(numbers, knowns, strict=True)]
        for numbers, knowns in zip(flat.tolist(), known, strict=True)
    ]


def _pairs(batch: dict[Any, Any], tokenizer: Any) -> list[list[tuple[str, int, bool]]]:
    """Each pair's tokens: the text, the segment, whether the mask has it."""
    ids = batch["input_ids"][:PAIRS, :TOKENS]
    segments = _like(ids, batch.get("token_type_ids"), 0)
    masks = _like(ids, batch.get("attention_mask"), 1)
    words = _words(tokenizer)
    return [
        [
            (words.get(one, str(one)), int(segment), bool(mask))
            for one, segment, mask in zip(*pair, strict=True)
        ]
        for pair in zip(ids.tolist(), segments.tolist(), masks.tolist(), strict=True)
    ]


def _like(ids: torch.Tensor, other: Any, otherwise: int) -> torch.Tensor:
    if isinstance(other, torch.Tensor) and other.ndim == 2 and len(other) >= len(ids):
        cut = other[: ids.shape[0], : ids.shape[1]]
        if cut.shape == ids.shape:
            return cut
    return torch.full_like(ids, otherwise)


def _words(tokenizer: Any) -> dict[int, str]:
    """The vocabulary of a library's tokenizer, by id."""
    if "transformers.PreTrainedTokenizerBase" not in kinds_of(tokenizer):
        return {}
    return {number: word for word, number in tokenizer.get_vocab().items()}


def _rows(dataset: Any) -> list[list[str]]:
    """The columns, then the first rows, as they lie in the table, whatever the format makes of them."""
    names = list(dataset.column_names)
    plain = dataset.with_format(None)
    found = [plain[number] for number in range(min(ROWS, plain.num_rows))]
    return [names, *([_cell(row[name]) for name in names] for row in found)]


def _cell(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
