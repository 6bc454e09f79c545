"""What an experiment is: edits to the page, something to watch, the outcomes that can come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from experiments.engine.outcome import Outcome
from experiments.engine.runs import Run


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One change of the page: `old` stands exactly once on it, an empty `new` deletes it."""

    old: Annotated[str, Meta(min_length=1, description="Text that stands exactly once on the page.")]
    new: Annotated[str, Meta(description="What stands there instead; empty deletes it.")]


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """One side of the race: settings of its own (always safe) and edits (code) of the page."""

    set: Annotated[
        dict[str, Any],
        Meta(description="Settings of this variant alone.", examples=[{"learning_rate": 0.05}]),
    ] = {}
    edits: Annotated[
        Sequence[Edit], Meta(max_length=50, description="Changes of the page, made in their order.")
    ] = []


@dataclass(frozen=True)
class Experiment:
    """Variants of the page and the outcomes that their runs can come to.

    variants: a name and what it changes, edits alone as a list of them; an empty list is the page as it
        stands. The first is the baseline. What a variant sets goes before what a person sets.
    outcomes: a name and what it means, in a few words.
    watch: what the Lab draws (the first) and tabulates: a series of the steps (`loss`, `grad_norm`,
        `learning_rate`, `tokens`, `padding`, `seconds`), a metric (`accuracy`, `f1`), or a name that
        `observe` gives.
    settings: values of `Settings` that show the effect best; what a person sets goes before them.
    interleaved: the variants take turns, step by step, so that their times can be compared.
    """

    variants: Mapping[str, Sequence[Edit] | Variant]
    outcomes: Mapping[str, str]
    watch: Sequence[str] = ("loss", "grad_norm", "accuracy")
    settings: Mapping[str, Any] = field(default_factory=dict)
    interleaved: bool = False

    @property
    def baseline(self) -> str:
        """The variant that the others are held against."""
        return next(iter(self.variants))

    def variant(self, name: str) -> Variant:
        """What a variant sets and edits."""
        given = self.variants[name]
        return given if isinstance(given, Variant) else Variant(edits=list(given))


@dataclass(frozen=True)
class Trial:
    """An experiment under its name, with the functions that look and decide.

    observe: called in the worker with the variables that the page left behind, as attributes.
    decide: called with the runs by variant, where they come together; it reads numbers only.
    module: what the worker imports to find `observe`; None where there is nothing to look at.
    source: the text of what decides, to tell by whether it has changed.
    foreign: gives the hash of what a person has to say yes to, as it stands now; None for viva's own code.
    """

    name: str
    title: str
    experiment: Experiment
    decide: Callable[[Mapping[str, Run]], Outcome]
    module: str | None = None
    source: str = ""
    foreign: Callable[[], str] | None = None
