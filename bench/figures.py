"""What is measured: a ratio to a peer in the same run, its spread over the rounds, and the limit to reach."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from app.format import number


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    ratios: one a round, each of two measurements that were taken next to each other.
    ours, peer: what the two came to, in the median, in `unit`.
    at_most, at_least: the limit, whichever there is.
    """

    what: str
    against: str
    ratios: Sequence[float]
    ours: float
    peer: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def is_reached(self) -> bool:
        most = math.inf if self.at_most is None else self.at_most
        least = -math.inf if self.at_least is None else self.at_least
        return least <= self.ratio <= most

    def cells(self) -> list[str]:
        """One a column of COLUMNS."""
        limit = f"≤ {self.at_most:g}" if self.at_least is None else f"≥ {self.at_least:g}"
        return [
            self.what,
            self.against,
            f"{number(self.ours)} {self.unit}",
            f"{number(self.peer)} {self.unit}",
            f"{self.ratio:.2f}",
            f"{min(self.ratios):.2f}–{max(self.ratios):.2f}",
            limit,
            "yes" if self.is_reached else "no",
        ]


COLUMNS = ["what", "against", "viva", "peer", "ratio", "spread", "limit", "reached"]


def of_times(
    what: str, against: str, ours: Sequence[float], peers: Sequence[float], unit: str = "s", **limit: float
) -> Figure:
    """What takes time, as a multiple of its peer's: the less the better. One of each a round."""
    ratios = [mine / other for mine, other in zip(ours, peers, strict=True)]
    return Figure(what, against, ratios, median(ours), median(peers), unit, **limit)


def of_speed(
    what: str, against: str, ours: Sequence[float], peers: Sequence[float], unit: str = "s", **limit: float
) -> Figure:
    """How many times as fast as its peer: the more the better. One time of each a round."""
    ratios = [other / mine for mine, other in zip(ours, peers, strict=True)]
    return Figure(what, against, ratios, median(ours), median(peers), unit, **limit)


def as_data(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    return [asdict(figure) for figure in figures]


def from_data(entries: Sequence[dict[str, Any]]) -> list[Figure]:
    return [Figure(**entry) for entry in entries]


def text_table(figures: Sequence[Figure]) -> str:
    """The table for a terminal, columns aligned."""
    rows = [COLUMNS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
