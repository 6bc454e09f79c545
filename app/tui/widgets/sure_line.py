"""How many seeds a verdict stands on."""

from textual.widgets import Static

from app.lab.repeats import Repeats
from app.tui.text import plain


class SureLine(Static):
    """Under the verdict: its number of runs, and what they show together; empty while there is none."""

    def show(self, repeats: Repeats | None) -> None:
        if repeats is None:
            self.update("")
            return
        parts = ["1 run" if len(repeats.outcomes) == 1 else repeats.words]
        if repeats.wanted:
            seed = repeats.plan.settings.seed + len(repeats.outcomes)
            parts.append(f"running seed {seed}, {repeats.wanted} to go")
        if repeats.error:
            parts.append(f"stopped: {repeats.error.message}")
        self.update(plain(" · ".join(parts), "dim"))
