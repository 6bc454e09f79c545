"""A case: a page with faults in it, drawn by seed, and the same page without them."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from app.bank.schema import LEVELS
from app.faults.catalogue import Catalogue, Change, Fault, Harmless, catalogue
from app.faults.plan import base
from app.faults.recorded import Recorded, admitted
from app.faults.rewriting import reworded
from experiments.engine import page

DECOY = 0.6
"""How often a case has a decoy."""


@dataclass(frozen=True)
class Case:
    """A sick page, drawn by seed and level.

    sick, healthy: the page with the faults and without; a decoy is on both.
    without: the sick page with one fault mended, by its id.
    recorded: what a run of the faults showed when they were admitted.
    """

    seed: int
    level: str
    faults: tuple[Fault, ...]
    decoys: tuple[Harmless, ...]
    sick: str
    healthy: str
    without: Mapping[str, str]
    recorded: Recorded

    @property
    def name(self) -> str:
        """What it is called before it is solved."""
        return f"case {self.seed}"

    @cached_property
    def lines(self) -> Mapping[str, frozenset[int]]:
        """The lines of the sick page, from 1, that each fault is on, or beside where it left a line out."""
        return {name: changed_lines(text, self.sick) for name, text in self.without.items()}


def draw(seed: int, level: str) -> Case:
    """The case of this seed and level, the same each time. Raises ValueError for a level without cases."""
    rng = Random(f"{level} {seed}")
    recorded = recorded_of(level, rng)
    known = catalogue()
    faults = tuple(known.faults[name] for name in recorded.ids)
    return _written(seed, level, faults, recorded, known, rng)


def recorded_of(level: str, rng: Random) -> Recorded:
    """The faults of a case, which is the first thing that is drawn. Raises ValueError as `draw` does."""
    if not (found := admitted(level)):
        known = ", ".join(LEVELS)
        raise ValueError(f"no case of the level {level!r} has been admitted; the levels are {known}")
    return rng.choice(found)


def _written(
    seed: int, level: str, faults: tuple[Fault, ...], recorded: Recorded, known: Catalogue, rng: Random
) -> Case:
    decoys: tuple[Harmless, ...] = ()
    if rng.random() < DECOY:
        decoys = _fitting(rng.sample(list(known.decoys.values()), len(known.decoys)), faults)
    healthy = with_changes(base(), decoys)
    sick = with_changes(healthy, faults)
    others = {one.id: [other for other in faults if other is not one] for one in faults}
    mended = [with_changes(healthy, rest) for rest in others.values()]
    healthy, sick, *mended = reworded([healthy, sick, *mended], list(known.wordings.values()), rng)
    without = dict(zip(others, mended, strict=True))
    return Case(seed, level, faults, decoys, sick, healthy, without, recorded)


def _fitting(decoys: Sequence[Harmless], faults: Sequence[Fault]) -> tuple[Harmless, ...]:
    """The first decoy that leaves each fault its place."""
    for decoy in decoys:
        try:
            text = with_changes(base(), [decoy])
            for fault in faults:
                with_changes(text, [fault])
            with_changes(text, faults)
        except page.PageError:
            continue
        return (decoy,)
    return ()


def with_changes(text: str, changes: Sequence[Change]) -> str:
    """The page after these changes. Raises PageError where they do not fit together."""
    for change in changes:
        text = page.apply(text, change.made())
    return text


def changed_lines(before: str, after: str) -> frozenset[int]:
    """The lines of `after` that differ from `before`; where lines are gone, the ones beside the gap."""
    old, new = before.splitlines(), after.splitlines()
    found: set[int] = set()
    for tag, _, _, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "delete":
            found |= {at for at in (begin, begin + 1) if 1 <= at <= len(new)}
        elif tag != "equal":
            found |= set(range(begin + 1, end + 1))
    return frozenset(found)
