"""A list in which several entries can be ticked."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from app.tui.text import inline, plain

Groups = Mapping[str, Mapping[Any, str]]


class Ticks(OptionList):
    """Entries under headings; ticked ones are told apart by their mark, not by colour alone."""

    BINDINGS = [
        Binding("space", "select", "Tick"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]
    DEFAULT_CSS = """
    Ticks { height: auto; border: none; padding: 0; background: transparent; text-wrap: wrap; }
    Ticks:focus { border: none; }
    Ticks > .option-list--option-disabled { color: $text-primary; }
    """

    @dataclass
    class Changed(Message):
        """Something was ticked or unticked."""

        ticks: "Ticks"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self.values: list[Hashable | None] = []
        self._labels: list[Content] = []
        self._ticked: set[Hashable] = set()

    @property
    def ticked(self) -> list[Any]:
        """The values that are ticked, in the order in which they are listed."""
        return [value for value in self.values if value in self._ticked]

    def offer(self, groups: Groups) -> None:
        """List these: heading → value → label. A heading "" is left out; nothing is ticked."""
        self.values, self._labels, self._ticked = [], [], set()
        self.clear_options()
        for heading, entries in groups.items():
            if heading and entries:
                self.values.append(None)
                self._labels.append(Content(""))
                self.add_option(Option(plain(heading, "bold"), disabled=True))
            for value, label in entries.items():
                self.values.append(value)
                self._labels.append(inline(label))
                self.add_option(Option(self._row(len(self.values) - 1)))
        self.highlighted = next((i for i, value in enumerate(self.values) if value is not None), None)

    def _row(self, index: int) -> Content:
        ticked = self.values[index] in self._ticked
        mark = Content.styled("✓ ", "bold $text-success") if ticked else plain("○ ")
        return Content.assemble(mark, self._labels[index])

    @on(OptionList.OptionSelected)
    def tick(self, message: OptionList.OptionSelected) -> None:
        """Tick or untick what was chosen, by key or by click."""
        message.stop()
        self._ticked ^= {self.values[message.option_index]}
        self.replace_option_prompt_at_index(message.option_index, self._row(message.option_index))
        self.post_message(self.Changed(self))
