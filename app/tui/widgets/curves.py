"""The curves of a race, drawn as they come and less often than steps come."""

import math
from collections.abc import Mapping, Sequence
from time import perf_counter

from textual.timer import Timer
from textual_plotext import PlotextPlot

from app.tui import palette

MARKERS = ("braille", "dot", "x", "star", "o")
LOW = 8
"""Rows under which the curves keep their room for themselves, without title and horizontal axis."""
BAND = 3
"""From so many further seeds on they are drawn as a band."""
REST = 4.0
"""After a drawing that took t seconds none for REST × t, so that the screen keeps its time for keys."""


class Curves(PlotextPlot):
    """One curve per variant, told apart by marker and label too, not by colour alone."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = "loss"
        self._series: Mapping[str, Sequence[float]] = {}
        self._of: int | None = None
        self._only: Sequence[str] | None = None
        self._behind: Sequence[Mapping[str, Sequence[float]]] = ()
        self._took = 0.05
        self._due: Timer | None = None

    def follow(
        self,
        name: str,
        series: Mapping[str, Sequence[float]],
        of: int | None = None,
        only: Sequence[str] | None = None,
        behind: Sequence[Mapping[str, Sequence[float]]] = (),
    ) -> None:
        """Draw these series soon; `of` is how many steps there will be.

        only: which of them to draw; a series keeps its colour and marker, whichever are drawn.
        behind: the same series over further seeds, drawn faint, and from three on as a band.
        """
        self._title, self._series, self._of, self._only, self._behind = name, series, of, only, behind
        if self._due is None:
            self._due = self.set_timer(max(0.1, REST * self._took), self.draw_now)

    def draw_now(self) -> None:
        """Draw what there is, as when a run has ended."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        self.refresh(layout=False)

    def render(self):  # type: ignore[no-untyped-def]
        began = perf_counter()
        self._lay_out()  # here, where the size is the one that will be seen
        drawn = super().render()
        self._took = perf_counter() - began
        return drawn

    def _lay_out(self) -> None:
        plt = self.plt
        plt.clear_figure()
        is_low = self.size.height < LOW
        plt.title("" if is_low else self._title.replace("_", " "))
        plt.xaxes(not is_low, not is_low)
        drawn = [
            (index, variant)
            for index, variant in enumerate(self._series)
            if self._only is None or variant in self._only
        ]
        for index, variant in drawn:
            for values in self._faint(variant):
                self._curve(values, "braille", palette.faint(index), None)
        for index, variant in drawn:
            marker = MARKERS[index % len(MARKERS)]
            self._curve(self._series[variant], marker, palette.rgb(index), variant)
        longest = max((len(values) for values in self._series.values()), default=0)
        last = max(self._of or 0, longest, 2)
        plt.xlim(1, last)
        plt.xticks(sorted({1, *(round(last * part / 4) for part in range(1, 5))}))
        plt.yfrequency(2 if is_low else max(2, min(6, self.size.height // 3)))

    def _faint(self, variant: str) -> list[Sequence[float]]:
        """The variant's series over further seeds; of many the lowest and highest of each step."""
        others = [runs[variant] for runs in self._behind if variant in runs]
        if len(others) < BAND:
            return others
        steps = list(zip(*others, self._series[variant], strict=False))
        return [[min(step) for step in steps], [max(step) for step in steps]]

    def _curve(
        self, values: Sequence[float], marker: str, colour: tuple[int, int, int], label: str | None
    ) -> None:
        points = [(x, y) for x, y in thin(values, 2 * self.size.width) if math.isfinite(y)]
        if points:
            xs, ys = zip(*points, strict=True)
            self.plt.plot(list(xs), list(ys), label=label, marker=marker, color=colour)


def thin(values: Sequence[float], most: int) -> list[tuple[int, float]]:
    """At most about `most` points as (step, value), the last one always among them."""
    stride = max(1, math.ceil(len(values) / max(1, most)))
    points = [(step, value) for step, value in enumerate(values, 1) if (step - 1) % stride == 0]
    if values and points[-1][0] != len(values):
        points.append((len(values), values[-1]))
    return points
