"""Finds experiments by name: every module beside `loop.py` is one."""

import importlib
import pkgutil
import re
from functools import cache

import experiments
from experiments.engine.experiment import Experiment, Trial
from experiments.engine.near import nearest
from experiments.engine.page import LOOP, check_edits

_BESIDE = re.compile(r"^from experiments\.(\w+) import", re.MULTILINE)


class UnknownExperiment(Exception):
    """No experiment of that name; the message has the nearest one."""


def names() -> list[str]:
    """All experiments, by name."""
    modules = pkgutil.iter_modules(experiments.__path__)
    return sorted(module.name for module in modules if not module.ispkg and module.name != "loop")


@cache
def find(name: str) -> Trial:
    """The experiment of that name, its edits checked against the page.

    Raises UnknownExperiment, or PageError where an edit does not fit the page.
    """
    if name not in names():
        hint = nearest(name, names())
        raise UnknownExperiment(f"no experiment is called {name!r}{f'; {hint}' if hint else ''}")
    module = importlib.import_module(f"experiments.{name}")
    experiment: Experiment = module.experiment
    for variant in experiment.variants:
        check_edits(experiment.variant(variant).edits, f"experiment {name!r}, variant {variant!r}")
    observe = getattr(module, "observe", None)
    return Trial(
        name=name,
        title=(module.__doc__ or name).strip().splitlines()[0],
        experiment=experiment,
        decide=module.decide,
        module=module.__name__ if observe else None,
        source="".join(_texts(name, {}).values()),
    )


def _texts(name: str, found: dict[str, str]) -> dict[str, str]:
    """The text of an experiment's module, and of those beside it that it takes something from."""
    text = (LOOP.parent / f"{name}.py").read_text(encoding="utf-8")
    found[name] = text
    for other in _BESIDE.findall(text):
        if other not in found and other in names():
            _texts(other, found)
    return found
