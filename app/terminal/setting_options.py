"""The options that choose how the page is run, shared by the commands that run it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from app.terminal.common import Refused
from experiments.engine import settings
from experiments.engine.near import nearest

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: dict[str, tuple[str, type, str, str]] = {
    "model": ("--model", str, "NAME", "bundled, hub, a folder with a checkpoint, or a name on the hub."),
    "data": ("--data", str, "NAME", "bundled, hub, a folder with sentence pairs, or a name on the hub."),
    "seed": ("--seed", int, "N", "Seed of the new head, of dropout and of the order of the batches."),
    "num_training_steps": ("--steps", int, "N", "Optimizer steps."),
    "batch_size": ("--batch-size", int, "N", "Pairs a step."),
    "learning_rate": ("--learning-rate", float, "RATE", "Peak of the schedule."),
    "num_train_examples": ("--train-examples", int, "N", "Training pairs to use."),
    "num_eval_examples": ("--eval-examples", int, "N", "Validation pairs to use."),
}


def setting_options(command: Command, only: tuple[str, ...] = tuple(_OPTIONS)) -> Command:
    """The options of these settings; they arrive as the settings' names, None where not given."""
    for name in reversed(only):
        option, kind, metavar, what = _OPTIONS[name]
        command = click.option(option, name, type=kind, metavar=metavar, help=what)(command)
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
        chosen[name] = _value(value.strip())
    return chosen


def _value(text: str) -> int | float | str | None:
    if text.lower() in ("none", "null"):
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
