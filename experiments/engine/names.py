"""What stands on a line by name, and what a name holds. Nothing is called, no property computed."""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_VALUES = {
    "torch.Tensor": ("dtype", "shape", "device", "requires_grad", "is_leaf", "grad_fn", "ndim"),
    "datasets.Dataset": ("num_rows", "column_names", "features", "format"),
    "datasets.DatasetDict": ("num_rows", "column_names"),
    "accelerate.AcceleratedOptimizer": ("param_groups", "state", "defaults"),
}
"""Attributes that a library computes, by the name of its type, and that change nothing."""

_STORES = ("_parameters", "_buffers", "_modules", "data")
"""Where modules and batches keep what they give as attributes."""


class NotThere(LookupError):
    """The name holds nothing at this moment; the message says why."""


def names_on(page: str, line: int) -> list[str]:
    """What stands on a line of the page by name, in its order: `loss`, `outputs.loss`, `batch["labels"]`.

    Of a statement of several lines it is all of them, of a block its head; where `backward` is called, also
    the model that gets gradients. Raises SyntaxError.
    """
    found: dict[str, None] = {}
    for part in _parts(ast.parse(page), line):
        for text in _chains(part):
            found.setdefault(text)
        if any(isinstance(node, ast.Attribute) and node.attr == "backward" for node in ast.walk(part)):
            found.setdefault("model")
    return list(found)


def check(expression: str) -> ast.expr:
    """The expression as Python reads it. Raises ValueError for more than names, attributes and items."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{expression!r} is no name such as loss, model.classifier.weight.grad") from None
    if not _is_chain(node):
        raise ValueError(
            f"{expression!r}: expected a name, its attributes and items with constant keys, "
            'such as batch["input_ids"]; nothing is called or computed'
        )
    return node


def value_of(expression: str, variables: Mapping[str, Any]) -> Any:
    """What the expression holds. Raises NotThere where it holds nothing, ValueError where it is no name."""
    return _value(check(expression), variables)


def owner_of(expression: str, variables: Mapping[str, Any]) -> Any:
    """What the last attribute or item was taken from; None of a lone name."""
    node = check(expression)
    return _value(node.value, variables) if isinstance(node, ast.Attribute | ast.Subscript) else None


def _parts(tree: ast.Module, line: int) -> list[ast.AST]:
    """The innermost statement on the line; of one with a block in it only the head."""
    holding = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if not holding:
        return []
    statement = max(holding, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    return [
        child
        for name, value in ast.iter_fields(statement)
        if name not in ("body", "orelse", "finalbody", "handlers", "cases")
        for child in (value if isinstance(value, list) else [value])
        if isinstance(child, ast.AST)
    ]


def _chains(node: ast.AST) -> Iterator[str]:
    """The longest chains of names, attributes and items below a node; of a call what it is called on."""
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.expr) and _is_chain(node):
        yield _text(node)
        return
    for child in ast.iter_child_nodes(node):
        is_called = isinstance(node, ast.Call) and child is node.func
        if is_called and isinstance(child, ast.Attribute):
            child = child.value
        yield from _chains(child)


def _is_chain(node: ast.AST) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.Attribute(attr=attribute):
            return not attribute.startswith("__") and _is_chain(node.value)
        case ast.Subscript():
            key = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
            return isinstance(key, ast.Constant) and _is_chain(node.value)
    return False


def _text(node: ast.expr) -> str:
    """The expression as people write it, its keys in double quotes."""
    match node:
        case ast.Attribute():
            return f"{_text(node.value)}.{node.attr}"
        case ast.Subscript(slice=ast.Constant(value=str(key))) if '"' not in key and "\\" not in key:
            return f'{_text(node.value)}["{key}"]'
        case ast.Subscript():
            return f"{_text(node.value)}[{ast.unparse(node.slice)}]"
    return ast.unparse(node)


def _value(node: ast.AST, variables: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            if name in variables:
                return variables[name]
            raise NotThere("not set yet")
        case ast.Attribute(attr=name):
            return _attribute(_value(node.value, variables), name)
        case ast.Subscript():
            return _item(_value(node.value, variables), ast.literal_eval(node.slice))
    raise ValueError("no name")


def _attribute(owner: Any, name: str) -> Any:
    kinds = kinds_of(owner)
    if "torch.Tensor" in kinds and name == "grad":
        return owner.grad if owner.is_leaf or owner.retains_grad else None
    if any(kind in kinds and name in values for kind, values in _VALUES.items()):
        return getattr(owner, name)
    kept = vars_of(owner)
    if name in kept:
        return kept[name]
    for store in _STORES:
        if isinstance(held := kept.get(store), dict) and name in held:
            return held[name]
    return _of_class(owner, name)


def kinds_of(value: Any) -> set[str]:
    """What a value is, as library and class: `torch.Tensor`, `datasets.DatasetDict`."""
    return {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(value).__mro__}


def dict_of(value: Any) -> dict[Any, Any] | None:
    """What is in a dictionary, or in what keeps one as a batch does; None of anything else."""
    kept = value if isinstance(value, dict) else None
    if "collections.UserDict" in kinds_of(value):
        kept = vars_of(value).get("data")
    return dict(dict.items(kept)) if isinstance(kept, dict) else None


def vars_of(owner: Any) -> dict[str, Any]:
    """The attributes that an object keeps itself, whatever its class does when it is asked for them."""
    try:
        kept = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _of_class(owner: Any, name: str) -> Any:
    try:
        static = inspect.getattr_static(type(owner), name)
    except AttributeError:
        raise NotThere("no such attribute") from None
    if isinstance(static, property) or (hasattr(type(static), "__get__") and not callable(static)):
        raise NotThere("computed when it is asked for, so it is not looked at")
    if isinstance(static, staticmethod | classmethod) or callable(static):
        raise NotThere("a method")
    return static


def _item(owner: Any, key: Any) -> Any:
    mapping = dict_of(owner)
    if mapping is not None:
        if key in mapping:
            return mapping[key]
        raise NotThere(f"no {key!r} in it")
    is_known = kinds_of(owner) & {"torch.Tensor", "datasets.Dataset", "numpy.ndarray"}
    if is_known or type(owner) in (list, tuple, str, bytes, range):
        sequence: Sequence[Any] = owner
        try:
            return sequence[key]
        except Exception as problem:
            raise NotThere(f"{type(problem).__name__}: {problem}"[:200]) from None
    raise NotThere("its items are computed, so they are not looked at")
