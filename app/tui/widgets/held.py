"""What names hold, in each run, one below the other."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from app.lab.glass import Row, difference
from app.text import clean
from app.tui import palette
from experiments.engine.events import Value


class Held(Static):
    """One name after the other: a value that both runs hold stands once, one that differs for each run."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._known: dict[str, list[str]] = {}

    def show(self, rows: Sequence[Row], variants: Sequence[str], *, moved: bool) -> None:
        """Show what is held now. `moved`: the runs moved since the last time, so what changed is marked."""
        now = {row.name: [value.text for value in row.values if value] for row in rows}
        changed = {name for name in now if moved and self._known.get(name, now[name]) != now[name]}
        self._known |= now
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        for row in rows:
            mark = Text("•" if row.name in changed else "", style="bold yellow")
            table.add_row(mark, Text(clean(row.name), style="bold"), Text(difference(row)))
            for text in _lines(row, variants, bold=row.name in changed):
                table.add_row("", text, "")
        if not rows:
            table.add_row("", Text("No name stands on this line.", style="dim"), "")
        self.update(table)


def _lines(row: Row, variants: Sequence[str], *, bold: bool) -> list[Text]:
    values = row.values
    texts = {value.text if value else None for value in values}
    if row.same or (len(texts) == 1 and row.same is None):
        return [_told(values[0], bold=bold)]
    wide = max(map(len, variants))
    return [
        Text.assemble((f"{variant:<{wide}}  ", palette.rich(at)), _told(value, bold=bold))
        for at, (variant, value) in enumerate(zip(variants, values, strict=True))
    ]


def _told(value: Value | None, *, bold: bool) -> Text:
    if value is None or value.missing:
        return Text(clean(value.text) if value else "–", style="dim")
    return Text(clean(value.text), style="bold" if bold else "")
