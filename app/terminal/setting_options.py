"""The options that choose how the page is run, shared by the commands that run it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from app.terminal.common import Refused
from experiments.engine import settings
from experiments.engine.near import nearest

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = {
    "model": "--model",
    "data": "--data",
    "seed": "--seed",
    "num_training_steps": "--steps",
    "batch_size": "--batch-size",
    "learning_rate": "--learning-rate",
    "num_train_examples": "--train-examples",
    "num_eval_examples": "--eval-examples",
}
_METAVARS: dict[type, str] = {str: "NAME", int: "N", float: "NUMBER"}


def setting_options(command: Command, only: tuple[str, ...] = tuple(OPTIONS)) -> Command:
    """The options of these settings; they arrive as the settings' names, None where not given."""
    for name in reversed(only):
        default = getattr(settings.DEFAULTS, name)
        kind = int if default is None else type(default)
        told = settings.description(name)
        what = f"{told[:1].upper()}{told[1:]}."
        command = click.option(OPTIONS[name], name, type=kind, metavar=_METAVARS[kind], help=what)(command)
    return command


def given(options: dict[str, Any], pairs: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a person chose, by setting: the options that were given, and the `name=value` pairs.

    Raises Refused for a pair that is none; whether a setting exists and fits is for `settings.build`.
    """
    chosen = {name: value for name, value in options.items() if value is not None}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise Refused(f"--set {pair}: expected name=value, such as learning_rate=5e-3")
        name = name.strip()
        if name not in (*settings.NAMES, *settings.ALIASES):
            known = (*settings.NAMES, *settings.ALIASES)
            raise Refused(
                f"no setting is called {name!r}; {nearest(name, known) or 'there are ' + ', '.join(known)}"
            )
        chosen[name] = settings.parsed(value)
    return chosen
