"""The grammar of the corpus: a frame tells one event in several ways; a changed slot makes it another event.

`frames/train.yaml` says how frames are written. Wordings of one value are free to differ between two tellings
of an event, so a pair may share few words and mean the same, or share nearly all and differ in what matters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FRAMES = Path(__file__).parent / "frames"
SMALL_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
GROUP = re.compile(r"\(([^()]*\|[^()]*)\)")
DETAIL = re.compile(r"<([^<>]*)>")
SLOT = re.compile(r"\{(\w+)\}")


Draw = Callable[[random.Random], str]
NUMBERS: dict[str, Draw] = {
    "percent": lambda rng: f"{rng.choice((rng.randrange(3, 60), rng.randrange(11, 99) / 10))} percent",
    "share": lambda rng: f"{rng.randrange(51, 69)} percent",
    "money": lambda rng: _money(
        rng.choice((f"{rng.randrange(12, 900)} million", f"{rng.randrange(11, 99) / 10} billion"))
    ),
    "budget": lambda rng: f"${rng.randrange(12, 900)} million",
    "count": lambda rng: f"{rng.choice((rng.randrange(110, 990), rng.randrange(11, 99) * 100)):,}",
    "count2": lambda rng: str(rng.randrange(13, 99)),
    "small": lambda rng: rng.choice(SMALL_NUMBERS),
    "few": lambda rng: rng.choice(SMALL_NUMBERS[:4]),
    "ordinal": lambda rng: rng.choice(ORDINALS),
    "minute": lambda rng: f"{rng.randrange(5, 9)}{rng.randrange(4, 10)}th",
    "age": lambda rng: str(rng.randrange(41, 97)),
    "points": lambda rng: f"{rng.randrange(500, 9900) / 100:.2f}",
    "decimal": lambda rng: f"{rng.randrange(51, 80) / 10}",
    "price": lambda rng: f"${rng.randrange(21, 480)}",
    "barrel": lambda rng: f"${rng.randrange(21, 99)}",
    "score": lambda rng: f"{rng.randrange(2, 6)}-{rng.randrange(0, 2)}",
    "cents": lambda rng: f"{rng.randrange(12, 98)} cents",
    "year": lambda rng: str(rng.randrange(1996, 2012)),
}


def _money(amount: str) -> str:
    return f"${amount}|{amount} dollars"


@dataclass(frozen=True)
class Slot:
    """Where a slot's values come from, a pool or a list of its own; `tag` names what a change of it is."""

    tag: str
    pool: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """One kind of event: its slots, the ways to tell it, and the two slots whose values may trade places."""

    name: str
    slots: dict[str, Slot]
    tellings: tuple[str, ...]
    swap: tuple[str, ...] = ()


@dataclass
class Told:
    """A sentence and the slots that it names."""

    text: str
    slots: set[str] = field(default_factory=set)


def split_wordings(value: str) -> list[str]:
    """The wordings of a value: its parts between bars that stand outside parentheses."""
    return [part.strip() for part in re.split(r"\|(?![^()]*\))", value)]


def read_pools() -> dict[str, Any]:
    """Names, places and dates by pool, and the tag of every pool under `tags`."""
    return yaml.safe_load((FRAMES / "pools.yaml").read_text(encoding="utf-8"))


def read_frames(split: str, tags: dict[str, str]) -> list[Frame]:
    """The frames of `split`, "train" or "validation"."""
    entries = yaml.safe_load((FRAMES / f"{split}.yaml").read_text(encoding="utf-8"))
    return [
        Frame(
            name=name,
            slots={slot: _slot(source, tags) for slot, source in {"day": "day", **entry["slots"]}.items()},
            tellings=tuple(entry["tell"]),
            swap=tuple(entry.get("swap", ())),
        )
        for name, entry in entries.items()
    ]


def _slot(source: str | dict[str, list[str]], tags: dict[str, str]) -> Slot:
    if isinstance(source, str):
        return Slot(tag=tags[source], pool=source)
    [(tag, values)] = source.items()
    return Slot(tag=tag, values=tuple(values))


class Teller:
    """Draws events of frames and tells them."""

    def __init__(self, pools: dict[str, Any], rng: random.Random) -> None:
        self.pools = pools
        self.rng = rng

    def value(self, slot: Slot) -> str:
        """A value of the slot, as text with its wordings."""
        if slot.pool is None:
            return self.rng.choice(slot.values)
        if slot.pool in self.pools:
            return self.rng.choice(self.pools[slot.pool])
        return self.number(slot.pool)

    def number(self, pool: str) -> str:
        """A number of the kind that `pool` names."""
        return NUMBERS[pool](self.rng)

    def event(self, frame: Frame) -> dict[str, str]:
        """A value for each slot; slots of one pool get values that differ."""
        values: dict[str, str] = {}
        for name, slot in frame.slots.items():
            values[name] = self.other_value(slot, set(values.values()))
        return values

    def other_value(self, slot: Slot, taken: set[str]) -> str:
        """A value of the slot that is not among `taken`."""
        for _ in range(200):
            value = self.value(slot)
            if value not in taken:
                return value
        raise ValueError(f"No value of {slot} is left beside {sorted(taken)}.")

    def tell(self, telling: str, values: dict[str, str]) -> Told:
        """The event told in the given way, with free choices drawn and details kept half of the time."""
        told = Told(DETAIL.sub(lambda match: match[1] if self.rng.random() < 0.5 else "", telling))
        while "{" in told.text:
            told.text = SLOT.sub(lambda match: self._word(match[1], values, told), told.text)
        while GROUP.search(told.text):
            told.text = GROUP.sub(lambda match: self.rng.choice(match[1].split("|")), told.text)
        told.text = tidy(told.text)
        return told

    def _word(self, name: str, values: dict[str, str], told: Told) -> str:
        told.slots.add(name)
        return self.rng.choice(split_wordings(values[name]))


def required_slots(telling: str) -> set[str]:
    """The slots that a telling always names."""
    return set(SLOT.findall(DETAIL.sub("", telling)))


def tidy(text: str) -> str:
    """One space between words, none before marks, a capital at the start."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([.,;:])", r"\1", text)
    text = re.sub(r"([,;:])[,;]", r"\1", text)
    text = re.sub(r",\.", ".", text)
    return text[0].upper() + text[1:]
