"""The knobs that are not code, with their bounds."""

from collections.abc import Mapping
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from experiments.engine.near import nearest

Count = Annotated[int, Meta(ge=1)]


class SettingsError(ValueError):
    """A setting that does not exist or is out of bounds; the message says which and what was expected."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the page is run. The defaults show learning in seconds on the bundled model and corpus."""

    model: Annotated[
        str, Meta(description="bundled, hub, a folder with a checkpoint, or a name on the hub")
    ] = "bundled"
    data: Annotated[
        str, Meta(description="bundled, hub, a folder with sentence pairs, or a name on the hub")
    ] = "bundled"
    seed: Annotated[
        int, Meta(ge=0, le=2**32 - 1, description="seed of the head, dropout and batch order")
    ] = 42
    batch_size: Annotated[int, Meta(ge=1, le=1024, description="pairs per step")] = 16
    learning_rate: Annotated[float, Meta(gt=0, le=1000, description="peak of the schedule")] = 5e-4
    num_warmup_steps: Annotated[int, Meta(ge=0, description="steps until the peak")] = 8
    num_training_steps: Annotated[int, Meta(ge=1, le=1_000_000, description="optimizer steps")] = 80
    num_train_examples: Annotated[Count | None, Meta(description="training pairs to use; null for all")] = (
        None
    )
    num_eval_examples: Annotated[Count | None, Meta(description="validation pairs to use; null for all")] = (
        None
    )


NAMES = Settings.__struct_fields__
DEFAULTS = Settings()
ALIASES = {"steps": "num_training_steps"}
OF_A_VARIANT = tuple(name for name in NAMES if name not in ("model", "data"))
"""What one variant may set for itself alone; the others are the whole experiment's."""


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by the settings' own names."""
    return {ALIASES.get(name, name): value for name, value in values.items()}


def build(*layers: Mapping[str, Any]) -> Settings:
    """Settings from layers of values, the later ones going before the earlier.

    Raises SettingsError for a name that does not exist or a value out of bounds.
    """
    merged = {name: value for layer in layers for name, value in named(layer).items()}
    for name in merged:
        if name not in NAMES:
            hint = nearest(name, [*NAMES, *ALIASES]) or f"there are {', '.join(NAMES)}"
            raise SettingsError(f"no setting is called {name!r}; {hint}")
    if "num_warmup_steps" not in merged and "num_training_steps" in merged:
        merged["num_warmup_steps"] = _int(merged["num_training_steps"]) // 10
    for name, value in merged.items():
        try:
            msgspec.convert({name: value}, Settings)
        except msgspec.ValidationError as problem:
            raise SettingsError(f"{name} = {value!r}: expected {_expected(str(problem))}") from None
    return msgspec.convert(merged, Settings)


def parsed(text: str) -> int | float | str | None:
    """The value that a person typed; None for `all`, `none`, `null` or nothing."""
    text = text.strip()
    if text.lower() in ("", "all", "none", "null"):
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def description(name: str) -> str:
    """What a setting is, in a few words."""
    annotation = get_type_hints(Settings, include_extras=True)[name]
    return str(annotation.__metadata__[-1].description)


def _expected(told: str) -> str:
    """What msgspec says of a value, in the words of a person."""
    text = told.split(" - at ")[0].removeprefix("Expected ")
    for kind, words in (
        ("`int | null`", "a whole number or null"),
        ("`int`", "a whole number"),
        ("`float`", "a number"),
        ("`str`", "text"),
    ):
        text = text.replace(kind, words)
    return text.replace("`", "").replace(", got ", ", not ")


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0
