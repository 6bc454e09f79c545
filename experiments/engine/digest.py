"""Short digests of values: equal where the values are equal to the last bit."""

import random
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy
import torch
import xxhash

from experiments.engine.names import dict_of, kinds_of, vars_of

DEEPEST = 6
SCHEDULERS = {"torch.LRScheduler", "accelerate.AcceleratedScheduler"}
Digests = dict[str, str]


class Opaque(Exception):
    """A value of which nobody can say whether another equals it."""


def digest(value: Any) -> str | None:
    """The digest of a tensor, a model, an optimizer, a dataset or of plain data; None of anything else."""
    hashed = xxhash.xxh3_64()
    try:
        _add(hashed, value, 0)
    except Opaque:
        return None
    return hashed.hexdigest()


def state(variables: Mapping[str, Any]) -> Digests:
    """The digests of all that a page holds: names, weights, gradients, the optimizer's state, randomness."""
    found: dict[str, str | None] = {}
    with torch.no_grad():
        for name, value in variables.items():
            if not name.startswith("__"):
                found |= dict(_named(name, value))
        found["the random state"] = digest([torch.get_rng_state(), list(random.getstate()[1])])
    return {name: found for name, found in found.items() if found is not None}


def _named(name: str, value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, torch.nn.Module):
        yield f"{name}.training", digest(value.training)
        for key, tensor in _tensors(value).items():
            yield f"{name}.{key}", digest(tensor)
            if isinstance(tensor, torch.nn.Parameter) and tensor.grad is not None:
                yield f"{name}.{key}.grad", digest(tensor.grad)
    elif isinstance(value, torch.optim.Optimizer):
        inner = vars_of(value).get("optimizer", value)
        for number, group in enumerate(inner.param_groups):
            for key in sorted(group.keys() - {"params"}):
                yield f'{name}.param_groups[{number}]["{key}"]', digest(group[key])
            for place, parameter in enumerate(group["params"]):
                for key, kept in inner.state.get(parameter, {}).items():
                    yield f"{name} state {number}.{place}.{key}", digest(kept)
    elif _has_tensors(mapping := dict_of(value) or {}):
        is_output = type(value).__module__.startswith("transformers.modeling_outputs")
        for key, part in mapping.items():
            yield (f"{name}.{key}" if is_output else f'{name}["{key}"]'), digest(part)
    else:
        yield name, digest(value)


def _has_tensors(mapping: dict[Any, Any]) -> bool:
    return any(isinstance(part, torch.Tensor) for part in mapping.values())


def _tensors(value: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A model's weights and buffers, by name."""
    return dict([*torch.nn.Module.named_parameters(value), *torch.nn.Module.named_buffers(value)])


def _add(hashed: Any, value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Opaque
    kinds = kinds_of(value)
    hashed.update(type(value).__name__.encode())
    if value is None or type(value) in (bool, int, str, bytes, complex, range):
        hashed.update(repr(value).encode(errors="surrogatepass"))
    elif isinstance(value, float):
        hashed.update(struct.pack("<d", value))
    elif isinstance(value, torch.Tensor):
        _add_tensor(hashed, value)
    elif isinstance(value, numpy.ndarray | numpy.generic) and value.dtype != object:
        hashed.update(f"{value.dtype}{value.shape}".encode())
        hashed.update(numpy.ascontiguousarray(value).tobytes())
    elif isinstance(value, torch.dtype | torch.device | torch.Size):
        hashed.update(str(value).encode())
    elif isinstance(value, torch.Generator):
        _add_tensor(hashed, value.get_state())
    elif isinstance(value, torch.nn.Module):
        _add(hashed, [value.training, _tensors(value)], depth + 1)
    elif isinstance(value, torch.optim.Optimizer):
        _add_optimizer(hashed, value, depth)
    elif kinds & SCHEDULERS:
        inner = vars_of(vars_of(value).get("scheduler", value))
        _add(hashed, [inner.get("_last_lr"), inner.get("last_epoch")], depth + 1)
    elif "datasets.Dataset" in kinds:
        _add_dataset(hashed, value, depth)
    elif (mapping := dict_of(value)) is not None:
        _add_parts(hashed, [part for item in mapping.items() for part in item], depth)
    elif type(value) in (list, tuple):
        _add_parts(hashed, value, depth)
    else:
        raise Opaque


def _add_parts(hashed: Any, parts: Any, depth: int) -> None:
    hashed.update(str(len(parts)).encode())
    for part in parts:
        _add(hashed, part, depth + 1)


def _add_tensor(hashed: Any, value: torch.Tensor) -> None:
    hashed.update(f"{value.dtype}{tuple(value.shape)}".encode())
    if value.layout != torch.strided or value.device.type == "meta":
        raise Opaque
    whole = value.detach().cpu().contiguous()
    hashed.update(
        whole.view(torch.uint8).numpy() if whole.ndim else whole.reshape(1).view(torch.uint8).numpy()
    )


def _add_optimizer(hashed: Any, value: torch.optim.Optimizer, depth: int) -> None:
    inner = vars_of(value).get("optimizer", value)
    for group in inner.param_groups:
        _add(hashed, {key: group[key] for key in sorted(group.keys() - {"params"})}, depth + 1)
        for parameter in group["params"]:
            _add(hashed, inner.state.get(parameter, {}), depth + 1)


_tables: dict[tuple[int, int], tuple[Any, Any, str]] = {}
"""What was digested of a table once, by its identity; the table is kept, so that no other takes its place."""


def _add_dataset(hashed: Any, value: Any, depth: int) -> None:
    """Its format, and its rows as they lie in memory."""
    table, indices = value._data, value._indices
    key = id(table), id(indices)
    if key not in _tables:
        _tables[key] = table, indices, _content(table.table, indices and indices.table)
    hashed.update(_tables[key][2].encode())
    _add(hashed, [value._format_type, value._format_columns], depth + 1)


def _content(table: Any, indices: Any) -> str:
    import pyarrow as pa

    hashed = xxhash.xxh3_64()
    for part in filter(None, (table, indices)):
        sink = pa.BufferOutputStream()
        plain = part.replace_schema_metadata(None).combine_chunks()
        with pa.ipc.new_stream(sink, plain.schema) as writer:
            writer.write_table(plain)
        hashed.update(sink.getvalue())
    return hashed.hexdigest()
