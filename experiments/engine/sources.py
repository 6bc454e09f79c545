"""Where models and data come from: bundled, the hub, a folder. Names become what the page's knobs hold."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.engine.near import nearest
from experiments.engine.settings import Settings

BUNDLED = Path(__file__).parent.parent / "bundled"
HUB_MODEL = "bert-base-uncased"
HUB_DATA = ["nyu-mll/glue", "mrpc"]
COLUMNS = ("sentence1", "sentence2", "label")
SMALL = 50 * 2**20
_SPECIAL = ("bundled", "hub")
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?(:[\w.-]+)?")


class SourceError(ValueError):
    """A model or data set that cannot be there; the message says what was expected."""


def knobs(settings: Settings) -> dict[str, Any]:
    """The page's knobs for these settings: name → literal. Raises SourceError.

    What is bundled is left to the page, which finds it beside itself.
    """
    named: dict[str, Any] = {}
    if settings.model != "bundled":
        named["checkpoint"] = checkpoint(settings.model)
    if settings.data != "bundled":
        named["dataset"] = dataset(settings.data)
    return named | {
        "seed": settings.seed,
        "batch_size": settings.batch_size,
        "learning_rate": settings.learning_rate,
        "num_warmup_steps": settings.num_warmup_steps,
        "num_training_steps": settings.num_training_steps,
        "num_train_examples": settings.num_train_examples,
        "num_eval_examples": settings.num_eval_examples,
    }


def checkpoint(model: str) -> str:
    """What `from_pretrained` is given: a folder, or a name on the hub."""
    if model == "bundled":
        return str(BUNDLED / "model")
    if model == "hub":
        return HUB_MODEL
    folder = _folder(model, "model")
    if folder is None:
        return model
    if not (folder / "config.json").is_file():
        raise SourceError(f"model folder {model}: no config.json in it; expected a saved checkpoint")
    return str(folder)


def dataset(data: str) -> list[str]:
    """What `load_dataset` is given: a folder, or a name on the hub and, after a colon, its configuration."""
    if data == "bundled":
        return [str(BUNDLED / "corpus")]
    if data == "hub":
        return HUB_DATA
    folder = _folder(data, "data")
    if folder is None:
        return data.split(":")
    if not any(file.suffix in (".parquet", ".csv", ".json", ".jsonl") for file in folder.rglob("*")):
        raise SourceError(
            f"data folder {data}: no parquet, csv or json file; expected the splits train and validation"
        )
    return [str(folder)]


def is_local(settings: Settings) -> bool:
    """Whether nothing has to be fetched: both model and data are bundled or folders."""
    return is_here(settings.model) and is_here(settings.data)


def is_here(name: str) -> bool:
    """Whether what bears that name is bundled or a folder."""
    return name == "bundled" or (name != "hub" and Path(name).expanduser().is_dir())


def is_small(settings: Settings) -> bool:
    """Whether the model is so small that one thread is its fast and steady choice."""
    if settings.model == "bundled":
        return True
    weights = list(Path(settings.model).expanduser().glob("*.safetensors"))
    return bool(weights) and sum(file.stat().st_size for file in weights) < SMALL


def check(splits: Mapping[str, Any], data: str) -> None:
    """Raises SourceError where loaded data lacks a split, a column or labels that the page needs.

    splits: name → data set.
    """
    for name in ("train", "validation"):
        if name not in splits:
            raise SourceError(f"data {data}: no split called {name!r}; found {', '.join(splits)}")
        where, columns = f"data {data}, split {name}", splits[name].column_names
        missing = [column for column in COLUMNS if column not in columns]
        if missing:
            raise SourceError(f"{where}: no column {', '.join(missing)}; found {', '.join(columns)}")
        labels = splits[name].unique("label")
        if not all(isinstance(label, int) and label in (0, 1) for label in labels):
            found = ", ".join(map(repr, labels[:3])) + (", …" if len(labels) > 3 else "")
            raise SourceError(f"{where}: label holds {found}; expected 0 and 1")


def _folder(name: str, kind: str) -> Path | None:
    """The folder of that name, or None where it can only be a name on the hub."""
    expected = f"expected {', '.join(_SPECIAL)}, a folder, or a name on the hub such as org/name"
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            return path.resolve()
        is_file = path.exists()
    except (OSError, RuntimeError) as problem:  # too long, not ours to see, no such user
        raise SourceError(f"{kind} {name}: {problem}; {expected}") from None
    if is_file:
        raise SourceError(f"{kind} {name} is a file; {expected}")
    if not _HUB_NAME.fullmatch(name) or name.startswith("."):
        raise SourceError(f"{kind} {name}: no such folder; {expected}")
    if hint := nearest(name, _SPECIAL, near=70):
        raise SourceError(f"no {kind} is called {name!r}; {hint}")
    return None
