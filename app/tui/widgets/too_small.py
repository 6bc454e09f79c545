"""Says how large the terminal would have to be."""

from textual.widgets import Static

from app.tui.text import plain


class TooSmall(Static):
    """Covers the screen where it has less than 40 columns or 10 rows; the stylesheet shows and hides it."""

    def on_mount(self) -> None:
        self.update(plain("viva needs 40 × 10.\n80 × 24 is comfortable."))
