"""Finds experiments by name: every module beside `loop.py` is one."""

import difflib
import importlib
import pkgutil
import re
from functools import cache

import experiments
from experiments.engine.experiment import Experiment, Trial
from experiments.engine.page import LOOP, check_edits

_BESIDE = re.compile(r"^from experiments\.(\w+) import", re.MULTILINE)


class UnknownExperiment(Exception):
    """No experiment of that name; the message has the nearest one."""


def names() -> list[str]:
    """All experiments, by name."""
    modules = pkgutil.iter_modules(experiments.__path__)
    return sorted(module.name for module in modules if not module.ispkg and module.name != "loop")


def nearest(name: str, known: list[str]) -> str:
    """`; did you mean X?` for the nearest of `known`, or nothing where none is near."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


@cache
def find(name: str) -> Trial:
    """The experiment of that name, its edits checked against the page.

    Raises UnknownExperiment, or PageError where an edit does not fit the page.
    """
    if name not in names():
        raise UnknownExperiment(f"no experiment is called {name!r}{nearest(name, names())}")
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
