"""Small charts made of characters: their length or height carries the value."""

from collections.abc import Sequence

EIGHTHS_RIGHT = " ▏▎▍▌▋▊▉"
EIGHTHS_UP = " ▁▂▃▄▅▆▇"


def bar(share: float, width: int) -> str:
    """A bar of `width` cells, filled from the left to `share` (0 to 1), a line showing the rest."""
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    filled = "█" * (eighths // 8) + EIGHTHS_RIGHT[eighths % 8].strip()
    return filled + "╌" * (width - len(filled))


def columns(values: Sequence[float], height: int, width: int = 1) -> list[str]:
    """Columns `width` cells wide and a gap of one, the highest `height` lines high; lines from the top.

    What is more than nothing shows at least as a thin line.
    """
    most = max(values, default=0) or 1
    eighths = [max(1, round(value / most * height * 8)) if value > 0 else 0 for value in values]
    lines = []
    for line in range(height - 1, -1, -1):
        cells = []
        for filled in eighths:
            here = min(8, max(0, filled - 8 * line))
            cells.append(("█" if here == 8 else EIGHTHS_UP[here]) * width)
        lines.append(" ".join(cells))
    return lines
