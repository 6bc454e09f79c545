"""Loss curves as SVG, for a page that must stand by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

Place = Callable[[float], float]

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 14, 40
COLOURS = ("--a", "--b", "--c", "--d", "--e")
DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2")


def loss_curves(losses: Mapping[str, Sequence[float | None]], title: str = "loss") -> str:
    """The curves of some variants over their steps, each with its own colour, dash and label.

    A value that is None or not finite leaves a gap. Empty where there is nothing to draw.
    """
    finite = {name: [(i, v) for i, v in enumerate(values) if _finite(v)] for name, values in losses.items()}
    values = [v for points in finite.values() for _, v in points if v is not None]
    if not values:
        return ""
    steps = max(len(series) for series in losses.values())
    low, high = min(0.0, *values), max(values)
    high = high if high > low else low + 1.0

    def x(step: float) -> float:
        return LEFT + step / max(1, steps - 1) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    parts += _axes(steps, low, high, x, y)
    parts += _lines(losses, x, y)
    return "\n".join([*parts, "</svg>"])


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _axes(steps: int, low: float, high: float, x: Place, y: Place) -> list[str]:
    right, floor = x(steps - 1), y(low)
    parts = []
    for tick in _ticks(low, high):
        parts.append(
            f'<line x1="{LEFT}" x2="{right:.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="var(--line)"/>'
            f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for tick in _ticks(1, steps):
        if 1 <= tick <= steps and tick == int(tick):
            at = x(int(tick) - 1)
            parts.append(f'<text x="{at:.1f}" y="{floor + 18:.1f}" text-anchor="middle">{tick:g}</text>')
    middle = (LEFT + right) / 2
    return [*parts, f'<text x="{middle:.1f}" y="{HEIGHT - 6}" text-anchor="middle">step</text>']


def _lines(losses: Mapping[str, Sequence[float | None]], x: Place, y: Place) -> list[str]:
    parts: list[str] = []
    taken: list[float] = []
    for n, (name, series) in enumerate(losses.items()):
        colour, dash = COLOURS[n % len(COLOURS)], DASHES[n % len(DASHES)]
        end = None
        for run in _runs(series):
            points = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in run)
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="var({colour})" stroke-width="2" '
                f'stroke-dasharray="{dash}" stroke-linejoin="round"/>'
            )
            end = run[-1]
        if end is None:
            continue
        height = y(end[1]) + 4
        while any(abs(height - other) < 15 for other in taken):
            height += 15 if height < HEIGHT / 2 else -15
        taken.append(height)
        label = f"{name} {end[1]:.3g}"
        place = f'x="{x(end[0]) + 8:.1f}" y="{height:.1f}"'
        parts.append(f'<text {place} style="fill: var({colour})">{escape(label)}</text>')
    return parts


def _runs(series: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of steps without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for step, value in enumerate(series):
        if value is not None and math.isfinite(value):
            runs[-1].append((step, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers that divide a range into about `wanted` parts."""
    raw = (high - low) / wanted or 1.0
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= raw)
    first = math.ceil(low / step)
    return [round(step * n, 10) for n in range(first, math.floor(high / step) + 1)]
