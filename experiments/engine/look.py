"""What a value is, in one line and as data. Looking draws no random number and leaves gradients alone."""

import builtins
import math
import types
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

import torch

from experiments.engine.content import content
from experiments.engine.digest import SCHEDULERS, digest
from experiments.engine.events import Value
from experiments.engine.names import NotThere, dict_of, kinds_of, owner_of, value_of, vars_of

MOST_KEYS = 8
"""A mapping of more keys is not written out."""
LONGEST = 100
_CODE = types.ModuleType | types.FunctionType | types.BuiltinFunctionType | types.MethodType | type


def look(names: list[str], variables: Mapping[str, Any], *, opened: bool = False) -> list[Value]:
    """What the names hold now, each with the parts that matter. Raises ValueError for what is no name.

    opened: with what is inside of them.
    """
    found: dict[str, Value] = {}
    with torch.no_grad():
        for name in names:
            for value in _looked(name, variables):
                found.setdefault(value.name, value)
        if opened:
            for name, value in found.items():
                value.inside = _opened(name, variables)
    return list(found.values())


def _looked(name: str, variables: Mapping[str, Any]) -> Iterator[Value]:
    try:
        held, owner = value_of(name, variables), owner_of(name, variables)
    except NotThere as problem:
        if hasattr(builtins, name):
            return
        yield Value(name, str(problem), {"type": "missing"}, missing=True)
        return
    if name.isidentifier() and isinstance(held, _CODE):
        return  # the page shows what it is
    yield _value(name, held, owner)
    for part, inner in _inside(held):
        yield _value(f"{name}{part}", inner, held)
    if gradients := _gradients(held):
        yield Value(f"{name}: gradients", *_gradients_told(gradients), digest([p.grad for p in gradients]))


def _opened(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return content(value_of(name, variables), variables)
    except Exception:  # nothing there, a line of our own such as "model: gradients", or a value that refuses
        return {}


def _value(name: str, held: Any, owner: Any = None) -> Value:
    try:
        text, data = told(held)
        if share := _padding(name, held, owner):
            text, data = f"{text}  {share:.0%} padding", {**data, "padding": share}
        if name.endswith(".grad") and isinstance(held, torch.Tensor):
            text = f"norm {short(data['norm'])}  {text}"
        return Value(name, text, data, digest(held))
    except Exception as problem:  # a value of the page's own making may refuse anything
        return Value(name, f"{type(held).__name__} (looking at it raised {type(problem).__name__})")


def _inside(held: Any) -> list[tuple[str, Any]]:
    """The parts of a batch or of a model's outputs, each with how it is written after the name."""
    inner = dict_of(held)
    if inner is None or len(inner) > MOST_KEYS:
        return []
    if not any(isinstance(value, torch.Tensor) for value in inner.values()):
        return []
    is_output = type(held).__module__.startswith("transformers.modeling_outputs")
    return [(f".{key}" if is_output else f'["{key}"]', value) for key, value in inner.items()]


def _gradients(held: Any) -> list[torch.nn.Parameter]:
    """The parameters of a model or an optimizer."""
    if isinstance(held, torch.nn.Module):
        return list(torch.nn.Module.parameters(held))
    if isinstance(held, torch.optim.Optimizer):
        inner = vars_of(held).get("optimizer", held)
        return [parameter for group in inner.param_groups for parameter in group["params"]]
    return []


def _gradients_told(parameters: list[torch.nn.Parameter]) -> tuple[str, dict[str, Any]]:
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    data: dict[str, Any] = {"type": "gradients", "tensors": len(gradients), "of": len(parameters)}
    if not gradients:
        return "None", data
    data["norm"] = _number(torch.nn.utils.get_total_norm([gradient.detach() for gradient in gradients]))
    of = f"{len(gradients)} of {len(parameters)} tensors"
    return f"norm {short(data['norm'])}  {of}", data


def _padding(name: str, held: Any, owner: Any) -> float | None:
    """The share of a batch's positions that its attention_mask leaves out."""
    inner = dict_of(owner)
    if inner is None or not name.endswith('"input_ids"]'):
        return None
    mask = inner.get("attention_mask")
    if not (isinstance(held, torch.Tensor) and isinstance(mask, torch.Tensor) and mask.numel()):
        return None
    return 1.0 - float(mask.sum()) / int(mask.numel())


def told(value: Any) -> tuple[str, dict[str, Any]]:
    """A value in one line, and as data."""
    kinds = kinds_of(value)
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, torch.nn.Module):
        return _module(value)
    if isinstance(value, torch.optim.Optimizer):
        return _optimizer(value)
    if isinstance(value, torch.Generator):
        return f"Generator  seed {value.initial_seed()}", {"type": "Generator", "seed": value.initial_seed()}
    if kinds & SCHEDULERS:
        return _scheduler(value)
    if kinds & {"datasets.DatasetDict", "datasets.Dataset"}:
        return _dataset(value)
    if kinds & {"torch.DataLoader", "accelerate.DataLoaderShard", "accelerate.DataLoaderDispatcher"}:
        return _loader(value)
    if "accelerate.Accelerator" in kinds:
        device = vars_of(vars_of(value).get("state")).get("device")
        return f"Accelerator  {device}", {"type": "Accelerator", "device": str(device)}
    if _inside(value) or "collections.UserDict" in kinds:
        return _batch(value)
    return _plain(value)


def _tensor(value: torch.Tensor) -> tuple[str, dict[str, Any]]:
    kind = str(value.dtype).removeprefix("torch.")
    data: dict[str, Any] = {
        "type": "Tensor",
        "dtype": kind,
        "shape": list(value.shape),
        "device": str(value.device),
    }
    data["requires_grad"] = value.requires_grad
    parts = [kind, f"[{', '.join(map(str, value.shape))}]"] if value.ndim else [kind]
    if value.numel() and not value.is_complex():
        parts = _numbers(value.detach(), data, parts)
    if value.grad_fn is not None:
        data["grad_fn"] = value.grad_fn.name().removesuffix("0").removesuffix("Backward")
        parts.append(f"grad_fn {data['grad_fn']}")
    if value.device.type != "cpu":
        parts.append(f"on {value.device}")
    return "  ".join(parts), data


def _numbers(value: torch.Tensor, data: dict[str, Any], parts: list[str]) -> list[str]:
    """The parts with what a tensor's numbers are; `data` takes them in."""
    if value.ndim == 0:
        data["value"] = value.item() if not value.is_floating_point() else _number(value)
        return [short(value.item()), *(parts if data["dtype"] != "float32" else [])]
    if value.dtype == torch.bool:
        data["true"] = float(value.float().mean())
        return [*parts, f"{data['true']:.0%} True"]
    data["min"], data["max"] = _number(value.min()), _number(value.max())
    parts = [*parts, f"{short(value.min().item())}…{short(value.max().item())}"]
    if value.is_floating_point():
        data["norm"] = _number(value.float().norm())
        bad = int((~value.isfinite()).sum())
        if bad:
            data["not_finite"] = bad
            parts.append(f"{bad:,} not finite")
    return parts


def _module(value: torch.nn.Module) -> tuple[str, dict[str, Any]]:
    parameters = list(torch.nn.Module.parameters(value))
    count = sum(parameter.numel() for parameter in parameters)
    places = sorted(
        {f"{parameter.dtype} {parameter.device}".removeprefix("torch.") for parameter in parameters}
    )
    frozen = sum(not parameter.requires_grad for parameter in parameters)
    norm = torch.nn.utils.get_total_norm([p.detach().float() for p in parameters]) if parameters else None
    data = {
        "type": type(value).__name__, "parameters": count, "tensors": len(parameters), "frozen": frozen,
        "training": value.training, "norm": _number(norm), "places": places,
    }  # fmt: skip
    parts = [type(value).__name__, f"{count:,} numbers in {len(parameters)} tensors"]
    if norm is not None:
        parts.append(f"norm {short(norm.item())}")
    parts.append("train mode" if value.training else "eval mode")
    parts += [f"{frozen} frozen"] if frozen else []
    parts += places if places not in ([], ["float32 cpu"]) else []
    return "  ".join(parts), data


def _optimizer(value: torch.optim.Optimizer) -> tuple[str, dict[str, Any]]:
    inner = vars_of(value).get("optimizer", value)
    rates = [float(group["lr"]) for group in inner.param_groups]
    tensors = sum(len(group["params"]) for group in inner.param_groups)
    held = len(vars_of(inner).get("state", {}))
    data = {
        "type": type(inner).__name__,
        "lr": rates,
        "groups": len(rates),
        "tensors": tensors,
        "state": held,
    }
    shown = ", ".join(short(rate) for rate in dict.fromkeys(rates))
    groups = f" in {len(rates)} groups" if len(rates) > 1 else ""
    state = f"state of {held} of {tensors} tensors" if held else "no state yet"
    return f"{type(inner).__name__}  lr {shown}{groups}  {state}", data


def _scheduler(value: Any) -> tuple[str, dict[str, Any]]:
    inner = vars_of(vars_of(value).get("scheduler", value))
    rates = [float(rate) for rate in inner.get("_last_lr", [])]
    kind = type(vars_of(value).get("scheduler", value)).__name__
    data = {"type": kind, "last_lr": rates, "last_epoch": inner.get("last_epoch")}
    shown = ", ".join(short(rate) for rate in dict.fromkeys(rates))
    return f"{kind}  lr {shown}  step {inner.get('last_epoch')}", data


def _dataset(value: Any) -> tuple[str, dict[str, Any]]:
    splits = dict_of(value) or {"": value}
    rows = {name: split.num_rows for name, split in splits.items()}
    columns = {name: split.column_names for name, split in splits.items()}
    formats = {name: split.format["type"] for name, split in splits.items()}
    data = {"type": type(value).__name__, "rows": rows, "columns": columns, "format": formats}
    first: list[str] = next(iter(columns.values()), [])
    kinds = " / ".join(dict.fromkeys(kind or "python" for kind in formats.values()))
    sizes = ", ".join(f"{name} {count:,}".strip() for name, count in rows.items())
    return f"{sizes} rows  columns {', '.join(first)}  format {kinds}", data


def _loader(value: Any) -> tuple[str, dict[str, Any]]:
    own = vars_of(vars_of(value).get("base_dataloader", value))
    batches = vars_of(own.get("batch_sampler"))
    size = own.get("batch_size") or batches.get("batch_size")
    sampler = type(batches.get("sampler") or own.get("sampler")).__name__
    collator = own.get("collate_fn")
    collate = getattr(collator, "__name__", None) or type(collator).__name__
    drops = bool(batches.get("drop_last"))
    rows = getattr(own.get("dataset"), "num_rows", None)
    data = {
        "type": type(value).__name__, "batch_size": size, "sampler": sampler, "collate_fn": collate,
        "drop_last": drops, "rows": rows,
    }  # fmt: skip
    order = {
        "RandomSampler": "shuffled",
        "SeedableRandomSampler": "shuffled",
        "SequentialSampler": "in order",
    }
    parts = [
        f"{rows:,} rows" if isinstance(rows, int) else "",
        f"batches of {size}",
        order.get(sampler, sampler),
    ]
    parts += [collate, "drop_last" if drops else ""]
    return "  ".join(part for part in parts if part), data


def _batch(value: Any) -> tuple[str, dict[str, Any]]:
    inner = dict_of(value) or {}
    return f"{type(value).__name__}  {', '.join(map(str, inner))}", {
        "type": type(value).__name__,
        "keys": [str(key) for key in inner],
    }


def _plain(value: Any) -> tuple[str, dict[str, Any]]:
    kind = type(value).__name__
    if value is None or isinstance(value, bool | int | float):
        return short(value), {"type": kind, "value": _number(value) if isinstance(value, float) else value}
    if isinstance(value, PurePath | torch.device | torch.dtype):
        return str(value), {"type": kind, "value": str(value)}
    if type(value) in (str, bytes, range):
        return _cut(repr(value)), {"type": kind, "value": _cut(repr(value))}
    if type(value) in (list, tuple, set, dict):
        is_plain = all(type(one) in (str, int, float, bool, type(None)) for one in [*value, *_values(value)])
        shown = _cut(repr(value)) if is_plain and len(value) < 1000 else ""
        return f"{kind} of {len(value):,}  {shown}".rstrip(), {
            "type": kind,
            "length": len(value),
            "value": shown,
        }
    return kind, {"type": kind}


def _values(value: Any) -> list[Any]:
    return list(value.values()) if type(value) is dict else []


def short(number: Any) -> str:
    """A number to four figures, as an `int` whole."""
    if isinstance(number, bool) or number is None or isinstance(number, int):
        return f"{number:,}" if isinstance(number, int) and not isinstance(number, bool) else str(number)
    if not math.isfinite(number):
        return str(number)
    return f"{number:.4g}" if number else "0"


def _number(value: Any) -> float | None:
    """The number, None where it is not finite: that is how it travels."""
    number = None if value is None else float(value)
    return number if number is not None and math.isfinite(number) else None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
