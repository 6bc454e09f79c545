"""The four ratings: their keys, and the interval that each would give."""

from collections.abc import Mapping

from textual.binding import Binding
from textual.content import Content

from app.study.cards import Preview
from app.study.records import RATINGS

RATING_KEYS = [Binding(str(n), f"rate({n})", name.capitalize(), show=False) for n, name in RATINGS.items()]


def rating_line(previews: Mapping[int, Preview], suggested: int | None = None) -> Content:
    """Each key with its next interval; the suggested one is marked, and never presses itself."""
    parts = []
    for rating, name in RATINGS.items():
        mark, style = ("▸", "bold reverse") if rating == suggested else (" ", "bold")
        parts.append(Content.assemble((f"{mark}{rating} {name}", style), f" {previews[rating].label}   "))
    return Content("").join(parts)
