"""Bars for counts: what each variant computed, side by side."""

import math
from collections.abc import Mapping

from rich.table import Table as RichTable
from rich.text import Text
from textual.widgets import Static

from app.format import number
from app.tui import palette


class Bars(Static):
    """One bar per variant, scaled to the largest value, with the value beside it."""

    def show(self, name: str, values: Mapping[str, object]) -> None:
        """Draw the finite numbers among `values`; what is none is written as it is."""
        numbers = [abs(v) for v in values.values() if isinstance(v, int | float) and math.isfinite(v)]
        most = max(numbers, default=0) or 1
        width = max(8, self.size.width - max((len(variant) for variant in values), default=0) - 16)
        table = RichTable.grid(padding=(0, 1))
        for index, (variant, value) in enumerate(values.items()):
            is_number = isinstance(value, int | float) and math.isfinite(value)
            length = round(abs(float(value)) / most * width * 8) if is_number else 0  # type: ignore[arg-type]
            bar = "█" * (length // 8) + " ▏▎▍▌▋▊▉"[length % 8].strip()
            table.add_row(Text(variant), Text(bar, style=palette.rich(index)), Text(number(value)))
        self.border_title = Text(name.replace("_", " ")).plain
        self.update(table)
