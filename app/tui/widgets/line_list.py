"""A page as lines to choose from, each of which can be marked."""

from collections.abc import Collection

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from app.tui.text import code_lines


class LineList(OptionList):
    """The lines of a page with their numbers; marked ones have a sign and a colour."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self._text: tuple[Content, ...] = ()

    @property
    def line(self) -> int:
        """The line under the cursor, from 1."""
        return (self.highlighted or 0) + 1

    def show(self, text: str) -> None:
        """Show a page, without marks."""
        self._text = code_lines(text)
        self.clear_options()
        self.add_options([Option(self._prompt(at, False)) for at in range(len(self._text))])
        self.highlighted = 0

    def mark(self, lines: Collection[int]) -> None:
        """Mark these lines and no others."""
        for at in range(len(self._text)):
            self.replace_option_prompt_at_index(at, self._prompt(at, at + 1 in lines))

    def go_to(self, line: int) -> None:
        """Put the cursor on a line."""
        self.highlighted = max(0, min(line, len(self._text)) - 1)

    def _prompt(self, at: int, marked: bool) -> Content:
        sign = ("✗ ", "bold $text-error") if marked else ("  ", "")
        number = (f"{at + 1:>3}  ", "bold $text-error" if marked else "$text-muted")
        return Content.assemble(sign, number, self._text[at])
