"""Holds plain data against the models and tells everything that does not fit, each with its place."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from app.bank.problems import Problem, listed, problem_at
from app.bank.reader import Document, Path_
from app.bank.schema import KEBAB, LEVELS, LINK, TEXT, Entry, Inline, Named, unfold
from experiments.engine import Variant, settings
from experiments.engine.near import closest, nearest

MOST = 100
"""How many problems of one file are told."""

_PATTERNS = {
    TEXT: "some text",
    KEBAB: "an id in kebab-case, such as zero-grad",
    LINK: "a link that starts with https://",
}
_KINDS = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
    inspect.DictType: "a mapping",
    inspect.StructType: "a mapping",
}


def misfits(document: Document, path: Path_, raw: Any) -> list[Problem]:
    """What keeps the value at `path` from being a question; empty where nothing does."""
    found: list[Problem] = []
    if isinstance(raw, dict):
        experiment = raw.get("experiment")
        if isinstance(experiment, dict) and "kind" in experiment:
            place = document.at((*path, "experiment", "kind"), key=True)
            found.append(
                problem_at(place, "unknown-field", "the field 'kind'", "name, or variants and decide")
            )
        raw = unfold(raw)
    return [*found, *islice(_walk(document, path, raw, _entry()), MOST)]


def misfits_of(document: Document, path: Path_, raw: Any, model: type) -> list[Problem]:
    """What keeps the value at `path` from being one of that model, which has no short forms."""
    return list(islice(_walk(document, path, raw, inspect.type_info(model)), MOST))


@cache
def _entry() -> Any:
    return inspect.type_info(Entry)


def describe(value: Any) -> str:
    """A value as a problem names it: shortly, and with its type."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"[:80]
        case str():
            return f"the text {value if len(value) <= 60 else value[:57] + '…'!r}" if value else "empty text"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "a mapping" if value else "an empty mapping"


def _walk(document: Document, path: Path_, value: Any, wanted: Any) -> Iterator[Problem]:
    if isinstance(wanted, inspect.Metadata):
        wanted = wanted.type
    if isinstance(wanted, inspect.UnionType):
        if value is None and wanted.includes_none:
            return
        wanted = _member(wanted, value)
        if isinstance(wanted, inspect.Metadata):
            wanted = wanted.type

    def wrong(expected: str, hint: str | None = None) -> Problem:
        place = document.at(path)
        return problem_at(place, "type", describe(value), expected, hint=hint)

    match wanted:
        case inspect.StructType() if isinstance(value, dict):
            yield from _struct(document, path, value, wanted)
        case inspect.ListType() if isinstance(value, list):
            yield from _length(value, wanted, wrong)
            for index, item in enumerate(value):
                yield from _walk(document, (*path, index), item, wanted.item_type)
        case inspect.DictType() if isinstance(value, dict):
            yield from _length(value, wanted, wrong)
            for key, item in value.items():
                yield from _walk(document, (*path, key), item, wanted.value_type)
        case inspect.StructType() | inspect.ListType() | inspect.DictType():
            yield wrong(_KINDS[type(wanted)])
        case _:
            yield from _leaf(value, wanted, wrong)


def _length(value: Any, wanted: Any, wrong: Callable[..., Problem]) -> Iterator[Problem]:
    if len(value) < (wanted.min_length or 0):
        yield wrong(f"at least {wanted.min_length}")
    elif wanted.max_length is not None and len(value) > wanted.max_length:
        yield wrong(f"at most {wanted.max_length}, not {len(value):,}")


def _leaf(value: Any, wanted: Any, wrong: Callable[..., Problem]) -> Iterator[Problem]:
    match wanted:
        case inspect.AnyType():
            return
        case inspect.LiteralType() if value not in wanted.values or not isinstance(value, str):
            known = sorted(map(str, wanted.values), key=LEVELS.index)
            yield wrong(listed(known), nearest(value, known) if isinstance(value, str) else None)
        case inspect.StrType() if not isinstance(value, str):
            quoted = isinstance(value, int | float) and not isinstance(value, bool)
            yield wrong(
                "text", f'put it in quotes: "{value}"'[:80] if quoted or isinstance(value, bool) else None
            )
        case inspect.StrType():
            if wanted.pattern and not _fits(value, wanted):
                yield wrong(_PATTERNS[wanted.pattern])
            elif not _fits(value, wanted):
                yield wrong("some text")
        case inspect.IntType() if not isinstance(value, int) or isinstance(value, bool):
            yield wrong("a whole number")
        case inspect.IntType() if not (wanted.ge or value) <= value <= (wanted.le or value):
            yield wrong(f"a whole number from {wanted.ge} to {wanted.le}")
        case inspect.BoolType() if not isinstance(value, bool):
            yield wrong("true or false")


def _fits(value: str, wanted: inspect.StrType) -> bool:
    limits = msgspec.Meta(pattern=wanted.pattern, min_length=wanted.min_length, max_length=wanted.max_length)
    try:
        msgspec.convert(value, Annotated[str, limits])
    except msgspec.ValidationError:
        return False
    return True


def _member(union: inspect.UnionType, value: Any) -> Any:
    """The member of a union that a value is held against: the only one, or the experiment that it seems."""
    others = [member for member in union.types if not isinstance(member, inspect.NoneType)]
    if len(others) == 1:
        return others[0]
    cls = Inline if isinstance(value, dict) and value.get("kind") == "inline" else Named
    return next(member for member in others if isinstance(member, inspect.StructType) and member.cls is cls)


def _struct(
    document: Document, path: Path_, value: dict[str, Any], wanted: inspect.StructType
) -> Iterator[Problem]:
    hidden = {"kind", "name"} if wanted.cls is Inline else {"kind"} if wanted.cls is Named else set()
    known = [field.name for field in wanted.fields if field.name not in hidden]
    meant: set[str | None] = set()
    for name in value:
        if name not in known and not (name == "kind" and hidden):
            place = document.at((*path, name), key=True)
            hint = nearest(name, known)
            if wanted.cls is Variant and name in (*settings.NAMES, *settings.ALIASES):
                hint = f"a setting stands in `set: {{{name}: …}}`"
            meant.add(closest(name, known))
            yield problem_at(place, "unknown-field", f"the field {name[:80]!r}", listed(known, 16), hint=hint)
    for field in wanted.fields:
        if field.name in hidden:
            continue
        if field.name in value:
            yield from _walk(document, (*path, field.name), value[field.name], field.type)
        elif field.required and field.name not in meant:
            place = document.at(path)
            kind = f"{field.name!r}"
            yield problem_at(place, "missing-field", f"no {kind}", f"the field {kind}")
