"""Look inside: two runs under glass, stopped at the same line of the same round, step by step."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState

from app.lab.difference import Difference, first_difference
from app.lab.glass import Glass, Row
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.tui.text import plain
from app.tui.widgets.held import Held
from app.tui.widgets.look_page import LookPage
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

HOW = {"on": "", "snapshot": "from a snapshot", "start": "from the start again"}
ENOUGH = 50
"""Places compared between two tellings of how many they are."""


class LookScreen(Screen[None]):
    """The baseline of a plan and one variant, run line by line."""

    CSS_PATH = "look.tcss"
    BINDINGS = [
        Binding("full_stop", "step(1)", "Line", key_display="."),
        Binding("comma", "step(-1)", "Back", key_display=","),
        Binding("right_square_bracket", "round(1)", "Round", key_display="]"),
        Binding("left_square_bracket", "round(-1)", "Back", key_display="["),
        Binding("d", "difference", "First difference"),
        Binding("g", "to_cursor", "To cursor"),
        Binding("r", "finish", "Run on"),
        Binding("enter", "open", "Open"),
        Binding("space", "interrupt", "Stop here"),
        Binding("escape", "leave", "Leave"),
    ]

    state: reactive[str] = reactive("starting", bindings=True, init=False)
    """starting, going (on or back), comparing, looking, stopped or failed."""

    class Stopped(Message):
        """The runs stand somewhere. `moved`: elsewhere than before."""

        def __init__(self, rows: list[Row], moved: bool) -> None:
            super().__init__()
            self.rows, self.moved = rows, moved

    class Opened(Message):
        """What is inside the values of the cursor's line."""

        def __init__(self, rows: list[Row]) -> None:
            super().__init__()
            self.rows = rows

    class Compared(Message):
        """So many places were compared; `difference` once it is over."""

        def __init__(self, count: int, difference: Difference | None = None) -> None:
            super().__init__()
            self.count, self.difference = count, difference

    def __init__(self, plan: Plan, pool: Pool, variant: str) -> None:
        super().__init__()
        self.plan = plan
        self.glass = Glass(plan, pool, variant)
        self.difference: Difference | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(id="where")
        with Horizontal(id="glass"):
            page = LookPage(id="page")
            page.border_title = plain(" | ".join(self._variants))
            yield page
            with VerticalScroll(id="beside", can_focus=False):
                yield Held(id="held")
        yield Static(id="found")
        yield Footer()
        yield TooSmall()

    @property
    def _variants(self) -> list[str]:
        return [side.variant for side in self.glass.sides]

    def on_mount(self) -> None:
        page = self.query_one(LookPage)
        page.show(self.glass.sides[0].page, self.glass.sides[-1].page)
        page.to(next((row for row, line in enumerate(page.lines) if line.sign != " "), 0))
        page.focus()
        self._say("importing the libraries")
        self._begin(self._start, "starting")

    async def _start(self) -> None:
        await self.glass.begin()
        first = self.glass.sides[0].outline.loops
        if first:  # the setting up is a key away; what people come for is in the loop
            row = self.glass.pairing.row(0, first[0].line)
            await self.glass.go(row or 0, 1)

    # What runs in the background -------------------------------------------------------------------------

    def _begin(self, do: Callable[[], Awaitable[None]], state: str) -> None:
        """Have the runs do something, unless they are at something already."""
        if self.state in ("stopped", "starting"):
            self.state = state
            self.run_worker(
                self._done(do, self.query_one(LookPage).cursor), group="look", exit_on_error=False
            )

    async def _done(self, do: Callable[[], Awaitable[None]], cursor: int) -> None:
        before = self.glass.keys
        await do()
        moved = self.glass.keys != before
        row = self.glass.row if moved else cursor
        rows = await self.glass.look(row=row if row is not None else cursor)
        self.post_message(self.Stopped(rows, moved))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What failed is said; the app stands."""
        if event.worker.group == "look" and event.state is WorkerState.ERROR:
            self.state = "failed"
            self._say("failed")
            self.query_one("#found", Static).update(plain(f"✗ {event.worker.error}", "$text-error"))

    @on(Stopped)
    def stopped(self, message: Stopped) -> None:
        page, glass = self.query_one(LookPage), self.glass
        lines = [side.stop.path[-1:] if side.stop else [] for side in glass.sides]
        spans = [(line[0], line[0]) if line else None for line in lines]
        page.light(old=spans[0], new=spans[-1])
        if message.moved and glass.row is not None:
            page.to(glass.row)
        self.query_one(Held).show(message.rows, self._variants, moved=message.moved)
        self.query_one("#beside").border_title = plain(f"what line {page.lines[page.cursor].number} holds")
        self.state = "stopped"
        self._say(self._how())
        self._tell_ends()

    @on(Compared)
    def compared(self, message: Compared) -> None:
        if message.difference is None:
            self._say(f"{message.count:,} places are equal to the last bit")
            return
        self.difference = message.difference

    def _how(self) -> str:
        ways = dict.fromkeys(HOW[side.came] for side in self.glass.sides)
        return next((way for way in reversed(ways) if way), "stopped")

    def _tell_ends(self) -> None:
        """Where a page raised, say it on its line and whole below, as long as its run stands there."""
        page, said = self.query_one(LookPage), []
        page.unmark()
        for number, side in enumerate(self.glass.sides):
            if side.raised and side.stop and not side.stop.path:
                first = (side.raised.message.strip() or side.raised.type).splitlines()[0]
                told = f"{side.raised.type}: {first}"
                page.mark_raised(side.raised.line, told, on_baseline=number == 0)
                said.append(f"{side.variant} raised on line {side.raised.line}: {told}")
        if self.difference is not None:
            said.append(f"first difference: {self.difference.sentence}")
        self.query_one("#found", Static).update(plain("\n".join(said)))

    def _say(self, how: str) -> None:
        parts = [self.plan.name]
        place = self.glass.place
        if place is not None:
            of = self._rounds()
            parts.append(f"line {place.line}")
            if place.round:
                parts.append(f"round {place.round}" + (f" of {of}" if of >= place.round else ""))
        elif any(side.stop for side in self.glass.sides):
            parts.append("at the end")
        settings = self.plan.settings
        parts += [f"seed {settings.seed}", f"model {settings.model}", f"data {settings.data}"]
        self.query_one(TopLine).say(" · ".join(parts), how)

    def _rounds(self) -> int:
        """How many rounds the training loop has; 0 in another loop."""
        place, side = self.glass.place, self.glass.sides[self.glass.lead]
        loop = side.outline.loop_of(place.line) if place else None
        is_first = loop is not None and side.outline.loops[:1] == [loop]
        return self.plan.settings_of(side.variant).num_training_steps if is_first else 0

    # Keys ------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("step", "round", "to_cursor", "difference", "finish", "open"):
            return self.state == "stopped"
        return self.state == "going" if action == "interrupt" else True

    def action_step(self, by: int) -> None:
        self._begin(lambda: self.glass.step(by), "looking")

    def action_round(self, by: int) -> None:
        self._begin(lambda: self.glass.go_round(by), "looking")

    def action_finish(self) -> None:
        self._say("going")
        self._begin(self.glass.finish, "going")

    def action_interrupt(self) -> None:
        self.run_worker(self.glass.interrupt(), group="interrupt", exit_on_error=False)

    def action_to_cursor(self) -> None:
        row = self.query_one(LookPage).cursor
        self._say("going")
        self._begin(lambda: self.glass.go_near(row), "going")

    def action_difference(self) -> None:
        async def find() -> None:
            def told(count: int) -> None:
                if count % ENOUGH == 0:
                    self.post_message(self.Compared(count))

            found = await first_difference(self.glass, told)
            self.post_message(self.Compared(found.compared, found))

        if len(self.glass.sides) > 1:
            self._say("comparing")
            self._begin(find, "comparing")

    def action_open(self) -> None:
        row = self.query_one(LookPage).cursor

        async def look() -> None:
            self.post_message(self.Opened(await self.glass.look(row=row, opened=True)))

        self._begin(look, "looking")

    @on(Opened)
    def opened(self, message: Opened) -> None:
        from app.tui.screens.opened import OpenedScreen

        self.app.push_screen(OpenedScreen(message.rows, self._variants))

    @on(LookPage.Moved)
    def cursor_moved(self) -> None:
        async def stay() -> None: ...

        self._begin(stay, "looking")

    def action_leave(self) -> None:
        self.app.run_worker(self.glass.close(), group="leave", exit_on_error=False)
        self.dismiss(None)
