"""The Lab: predict, watch the page race against itself, read the verdict."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState

from app.bank.schema import Question
from app.lab.plan import NeedsConsent, Plan, with_page
from app.lab.proof import NOT_POSSIBLE, plan_question
from app.lab.race import Race
from app.study import records
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.numbers import Numbers
from app.tui.widgets.page_view import PageView
from app.tui.widgets.prediction import Prediction
from app.tui.widgets.run_line import RunLine
from app.tui.widgets.stage import Stage
from app.tui.widgets.sure_line import SureLine
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.verdict import VerdictLine
from experiments.engine.events import Bye, Error, Event, Raised, Statement, Step

TICK = 0.1
OF_THE_STATE = Statement | Raised | Error | Bye
EDITED = "your page"


class LabScreen(Screen[records.Result | None]):
    """One question's experiment. Dismissed with the result of its last race that was decided, or None."""

    BINDINGS = [
        Binding("r", "run", "Run"),
        Binding("s", "settings", "Settings"),
        Binding("e", "edit", "Edit the page"),
        Binding("w", "save_edit", "Keep the edit"),
        Binding("v", "next_variant", "Next variant"),
        Binding("plus,equals_sign", "add_seed", "Seed", key_display="+"),
        Binding("i", "look", "Look inside"),
        Binding("h", "history", "History"),
        Binding("o", "report", "Report"),
        Binding("escape", "leave", "Back"),
    ]

    state: reactive[str] = reactive("ready", bindings=True, init=False)
    """ready, running, done, adding (seeds to what is done), failed or cancelled."""

    class Came(Message):
        """An event of a race that changes what the screen is doing; steps and numbers only make it stale."""

        def __init__(self, race: Race, event: Event) -> None:
            super().__init__()
            self.race = race
            self.event = event

    def __init__(self, context: Context, question: Question, *, predicted: str | None = None) -> None:
        super().__init__()
        self.context = context
        self.question = question
        self.predicted = predicted
        self.result: records.Result | None = None
        self._chosen: dict[str, Any] = {}
        self._plan: Plan | None = None
        self._race: Race | None = None
        self._is_stale = False

    def compose(self) -> ComposeResult:
        yield RunLine(id="what")
        yield Stage(id="stage")
        with VerticalScroll(id="below", can_focus=False):
            yield Prediction(self.question.predict, id="predict")
            yield Static(id="said")
            yield Numbers(id="numbers")
            yield VerdictLine(id="verdict")
            yield SureLine(id="sure")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.set_interval(TICK, self._tick)
        self._make_plan()
        self._begin()

    def _begin(self) -> None:
        """Ask for a prediction where there is one to make; otherwise race at once."""
        if self._plan and self.question.predict and self.predicted is None:
            self.add_class("-asking")
            self.query_one(Prediction).ask()
            ahead = self.context.go_ahead(self.question)
            self.run_worker(ahead, group="ahead", exclusive=True, exit_on_error=False)
        elif self._plan:
            self.action_run()

    def watch_state(self, state: str) -> None:
        self.query_one(RunLine).show(state)

    # The plan ------------------------------------------------------------------------------------------

    def _make_plan(self) -> None:
        """The plan for the settings chosen; untrusted edits are asked about first."""
        try:
            self._take_plan(plan_question(self.question, self._chosen, self.context.store.trusted))
        except NeedsConsent as needed:
            self._ask_consent(needed)
        except NOT_POSSIBLE as problem:
            self._plan = None
            self._fail(f"This experiment cannot run: {problem}")

    def _take_plan(self, plan: Plan) -> None:
        self._plan = plan
        self._warm(plan.workers)
        self.query_one(Stage).take(plan)
        self.query_one(RunLine).plan = plan
        self.query_one(RunLine).show(self.state)

    def _warm(self, workers: int) -> None:
        """Have what a run needs ready before it is asked for."""
        self.run_worker(self.context.pool.warm(workers), group="warm", exit_on_error=False)

    def _ask_consent(self, needed: NeedsConsent) -> None:
        from app.tui.screens.consent import ConsentScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.context.store.trust(needed.content)
                self._take_plan(replace(needed.plan, consent=needed.content))
                self._begin()
            else:
                self.dismiss(None)

        self.app.push_screen(ConsentScreen(needed), answered)

    @on(Prediction.Made)
    def predict(self, message: Prediction.Made) -> None:
        self.predicted = message.outcome
        self.action_run()

    # Running -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        running = self.state in ("running", "adding")
        if action == "add_seed":
            return self.state in ("done", "adding")
        if action in ("run", "settings", "edit", "history"):
            return not running and (action != "edit" or self._plan is not None)
        if action == "report":
            return self.state == "done"
        if action == "look":
            return self._plan is not None and not self.has_class("-asking")
        if action == "save_edit":
            return self._plan is not None and EDITED in self._plan.pages and not running
        if action == "next_variant":
            return self._plan is not None and len(self._plan.pages) > 2
        return True

    def action_run(self) -> None:
        """Race. What runs is what the page shows."""
        if self._plan is None:
            self._make_plan()
            self._begin()
            return
        try:
            self._plan.check_consent()
        except NeedsConsent as needed:  # a folder that it names has changed since the yes
            self._ask_consent(needed)
            return
        self.remove_class("-asking")
        self._race = race = Race(self._plan, self.context.pool)
        self.query_one(RunLine).begin(race)
        self.state = "running"
        self.query_one(Stage).begin()
        self.query_one(VerdictLine).update("")
        self.query_one(SureLine).clear()
        said = self.question.predict.get(self.predicted or "")
        self.query_one("#said", Static).update(plain(f"you said: {said}" if said else ""))
        self.query_one(PageView).focus()
        self.run_worker(self._follow(race), group="race", exclusive=True, exit_on_error=False)

    async def _follow(self, race: Race) -> None:
        """Post what changes the state; whoever handles it owns that. The rest is shown with the next tick."""
        async for event in race.events():
            if isinstance(event, OF_THE_STATE):
                self.post_message(self.Came(race, event))
            self._is_stale = True
            if isinstance(event, Step) and event.step == 1:
                self._tick()  # what was waited for

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A race that failed outside of its events ends as a failure too."""
        if event.worker.group == "race" and event.state is WorkerState.ERROR and self.state != "failed":
            self._fail(f"{type(event.worker.error).__name__}: {event.worker.error}")

    @on(Came)
    def came(self, message: Came) -> None:
        if message.race is not self._race or self.state != "running":
            return
        match message.event:
            case Statement(seconds=None) as begun:
                self.query_one(Stage).follow(begun)
            case Raised():
                self.query_one(Stage).mark_raised(message.race.runs)
            case Error() as error:
                self._fail(f"{error.type}: {error.message}", error.traceback)
            case Bye() if (result := message.race.result) and result.outcome:
                self._finish(result)

    def _tick(self) -> None:
        """Show what came since the last tick: numbers tick and curves grow, less often than steps come."""
        if self.state == "running":
            self.query_one(RunLine).show(self.state)
        if not self._is_stale or self._race is None or self._plan is None:
            return
        self._is_stale = False
        self.query_one(Numbers).show(self._race.evidence, list(self._plan.pages))
        self.query_one(Stage).draw(self._race.runs)

    # Ending --------------------------------------------------------------------------------------------

    def _finish(self, result: records.Result) -> None:
        assert self._plan is not None and self._race is not None
        self.result = result
        self.query_one(VerdictLine).decided(result, self._plan, self.question, self.predicted)
        self._tick()
        self.query_one(Stage).finish()
        self.query_one(SureLine).begin(self._race)
        self.state = "done"
        self._remember(result)
        self.call_after_refresh(
            self.query_one("#below").scroll_end, animate=False
        )  # the room is shared out anew
        self._warm(self._plan.workers)

    def _remember(self, result: records.Result) -> None:
        """Keep the result, and what was predicted of it."""
        kept: list[records.Record] = [result]
        if self.predicted and self._plan and self._plan.outcomes:
            question, actual, at = self.question.id, result.outcome, result.started_at
            kept.append(records.Prediction(question=question, predicted=self.predicted, actual=actual, at=at))
        try:
            self.context.store.add(*kept)
        except StoreError as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def _fail(self, message: str, traceback: str = "") -> None:
        """Show what failed; the app stands."""
        self.query_one(VerdictLine).failed(message, traceback)
        self.query_one(Stage).rest()
        self.state = "failed"

    def action_leave(self) -> None:
        """Cancel at once while it runs; otherwise go back."""
        if self.state == "running":
            self.workers.cancel_group(self, "race")
            self.state = "cancelled"
            self.query_one(Stage).rest()
            self.query_one(VerdictLine).cancelled()
        elif self.state == "adding":
            self.query_one(SureLine).stop()
        else:
            self.dismiss(self.result)

    def action_add_seed(self) -> None:
        """One seed more for the verdict; pressed again while one runs, it is the next."""
        self.state = "adding"
        self.query_one(SureLine).add(self.context.pool)
        self.query_one("#below").scroll_end(animate=False)

    @on(SureLine.Added)
    def added(self, message: SureLine.Added) -> None:
        if self._race is None or self.state not in ("done", "adding"):
            return
        self.query_one(Stage).behind = message.runs
        self.query_one(Stage).draw(self._race.runs)
        if not message.wanted:
            self.state = "done"

    # Looking and changing ------------------------------------------------------------------------------

    def action_next_variant(self) -> None:
        self.query_one(Stage).show_next(self._race.runs if self._race else {})

    def action_settings(self) -> None:
        from app.tui.screens.settings import SettingsScreen

        def chosen(values: Mapping[str, Any] | None) -> None:
            if values is not None:
                self._chosen = dict(values)
                self._make_plan()
                if self._plan and self.state != "failed":
                    self.action_run()

        if self._plan:
            self.app.push_screen(SettingsScreen(self._plan.settings, self._chosen), chosen)

    def action_edit(self) -> None:
        from app.tui.screens.editor import EditorScreen

        def edited(text: str | None) -> None:
            if text is not None and self._plan:
                self._take_plan(with_page(self._plan, EDITED, text))
                self.action_run()

        if self._plan:
            self.app.push_screen(EditorScreen(self._plan, self.query_one(Stage).shown), edited)

    def action_look(self) -> None:
        from app.tui.screens.look import LookScreen

        assert self._plan is not None
        self.app.push_screen(LookScreen(self._plan, self.context.pool, self.query_one(Stage).shown))

    def action_save_edit(self) -> None:
        from app.tui.screens.save_edit import SaveEditScreen

        assert self._plan is not None
        self.app.push_screen(SaveEditScreen(self._plan, EDITED, self.context.store))

    def action_history(self) -> None:
        from app.tui.screens.history import HistoryScreen

        if self._plan:
            self.app.push_screen(HistoryScreen(self.context.store, self._plan.name))

    def action_report(self) -> None:
        from app.lab.report import save_report

        assert self._race is not None and self.result is not None
        try:
            path = save_report(self._race.plan, self._race.runs, self.result)
            self.notify(f"Saved {path}", markup=False)
        except OSError as problem:
            self.notify(f"Not saved: {problem}", severity="error", markup=False)
