"""What a decision comes to, as it is told after a run."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

Value = bool | int | float | str | list[list[Any]]
"""A number, a text, or a small table whose first row is its heading."""

Table = Mapping[str, Mapping[str, Value | None]]
"""Evidence: what was measured, then the variant, then its value; None where a variant has none."""


class Compared(NamedTuple):
    """A measured number beside the threshold that it was held against; None for one that is not finite."""

    value: float | None
    threshold: float | None


class Outcome(msgspec.Struct, frozen=True, tag_field="event", tag="verdict"):
    """One of the experiment's outcomes, a sentence with the runs' numbers, and the table behind it.

    compared: each number that the decision held against a threshold, by what it is. Over seeds it shows how
        far the decision is from coming out otherwise; what is equal to the bit or raises has none.
    """

    name: str = msgspec.field(name="outcome")
    finding: str
    evidence: Table = {}
    compared: Mapping[str, Compared] = {}
