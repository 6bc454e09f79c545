"""The page and the chart of a race, side by side or one above the other."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import ContentSwitcher

from app.lab.plan import Plan
from app.tui.text import plain
from app.tui.widgets.bars import Bars
from app.tui.widgets.curves import Curves
from app.tui.widgets.page_view import PageView
from experiments.engine import Run
from experiments.engine.events import Statement
from experiments.engine.measures import series

MOST_CURVES = 3
"""With more variants than this only the two that the page shows are drawn; the next variant is a key away."""


class Stage(Horizontal):
    """Shows a plan before it runs, follows it as it runs, and keeps what it came to."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.plan: Plan | None = None
        self.shown = ""
        """The variant that is held against the baseline."""
        self.behind: Sequence[Mapping[str, Run]] = ()
        """Runs of the same plan over further seeds."""
        self._lines: dict[str, tuple[int, int]] = {}

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="curves", id="chart"):
            yield Curves(id="curves")
            yield Bars(id="bars")
        page = PageView(id="page")
        page.border_title = "the page"
        yield page

    def take(self, plan: Plan) -> None:
        """Show this plan's page with the first variant that changes it."""
        self.plan = plan
        self.show(plan.rival, {})

    def begin(self) -> None:
        """A race begins: no line runs, nothing was raised, the chart is empty."""
        self._lines, self.behind = {}, ()
        self.query_one("#chart", ContentSwitcher).current = "curves"
        self.show(self.shown, {})

    def show(self, variant: str, runs: Mapping[str, Run]) -> None:
        """Hold this variant against the baseline."""
        assert self.plan is not None
        self.shown = variant
        view = self.query_one(PageView)
        view.show(self.plan.pages[self.plan.baseline], self.plan.pages[variant])
        names = f"{self.plan.baseline} | {variant}"
        view.border_title = plain(names if self.plan.diff(variant) else "the page")
        self.mark_raised(runs)

    def show_next(self, runs: Mapping[str, Run]) -> None:
        """Hold the next variant against the baseline."""
        assert self.plan is not None
        names = [name for name in self.plan.pages if name != self.plan.baseline]
        after = names.index(self.shown) + 1 if self.shown in names else 0
        self.show(names[after % len(names)], runs)
        if runs:
            self.draw(runs)

    def follow(self, statement: Statement) -> None:
        """A variant has come to this statement; `draw` lights it."""
        self._lines[statement.variant] = (statement.first, statement.last)

    def draw(self, runs: Mapping[str, Run]) -> None:
        """Light the lines that run; draw curves for a number per step, bars for a number per run."""
        assert self.plan is not None
        self.query_one(PageView).light(
            old=self._lines.get(self.plan.baseline), new=self._lines.get(self.shown)
        )
        name = self.plan.watch[0] if self.plan.watch else "loss"
        values = {} if name in series() else {variant: run.value(name) for variant, run in runs.items()}
        if any(isinstance(value, int | float) for value in values.values()):
            self.query_one("#chart", ContentSwitcher).current = "bars"
            self.query_one(Bars).show(name, values)
            return
        name = name if name in series() else "loss"
        of = next((step.of for run in runs.values() for step in run.steps[:1]), None)
        drawn = {variant: run.series(name) for variant, run in runs.items()}
        only = None if len(runs) <= MOST_CURVES else (self.plan.baseline, self.shown)
        behind = [{variant: run.series(name) for variant, run in others.items()} for others in self.behind]
        self.query_one(Curves).follow(name, drawn, of, only, behind)

    def rest(self) -> None:
        """Nothing runs any more."""
        self.query_one(PageView).light(old=None, new=None)

    def finish(self) -> None:
        """The race is over: show the change, and the last of the curves."""
        self.rest()
        if not self.query_one(PageView).has_raised:
            self.query_one(PageView).to_change()
        self.query_one(Curves).draw_now()

    def mark_raised(self, runs: Mapping[str, Run]) -> None:
        """Exceptions of the two pages stand on their lines."""
        assert self.plan is not None
        for variant in (self.plan.baseline, self.shown):
            raised = runs[variant].raised if variant in runs else None
            if raised:
                first = (raised.message.strip() or raised.type).splitlines()[0]
                self.query_one(PageView).mark_raised(
                    raised.line, f"{raised.type}: {first}", on_baseline=variant == self.plan.baseline
                )
