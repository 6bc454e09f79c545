"""The Lab: predict, watch the page race against itself, read the verdict."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from app.bank.schema import Question
from app.lab.plan import NeedsConsent, Plan, with_page
from app.lab.proof import plan_question
from app.lab.race import Race, evidence
from app.lab.record import Ended, records_of
from app.lab.repeats import Repeats
from app.study.records import utc_now
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.text import plain
from app.tui.widgets.numbers import Numbers
from app.tui.widgets.page_view import PageView
from app.tui.widgets.stage import Stage
from app.tui.widgets.sure_line import SureLine
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.verdict import VerdictLine
from experiments.engine.catalog import UnknownExperiment
from experiments.engine.events import Bye, Error, Event, Hello, Raised, Statement, Verdict
from experiments.engine.page import PageError
from experiments.engine.settings import SettingsError
from experiments.engine.sources import SourceError

TICK = 0.1
EDITED = "your page"
NOT_POSSIBLE = (UnknownExperiment, SettingsError, SourceError, PageError, ValueError)


class LabScreen(Screen[str | None]):
    """One question's experiment. Dismissed with the outcome of its last run, or None."""

    BINDINGS = [
        Binding("r", "run", "Run"),
        Binding("s", "settings", "Settings"),
        Binding("e", "edit", "Edit the page"),
        Binding("w", "save_edit", "Keep the edit"),
        Binding("v", "next_variant", "Next variant"),
        Binding("plus,equals_sign", "add_seed", "Seed", key_display="+"),
        Binding("h", "history", "History"),
        Binding("o", "report", "Report"),
        Binding("escape", "leave", "Back"),
    ]

    state: reactive[str] = reactive("ready", bindings=True)
    """ready, running, done, adding (seeds to what is done), failed or cancelled."""

    class Came(Message):
        """One event of a race; `race` tells late ones of an earlier race apart."""

        def __init__(self, race: Race, event: Event) -> None:
            super().__init__()
            self.race = race
            self.event = event

    class Added(Message):
        """A further seed has been run, or was the last one wanted."""

        def __init__(self, repeats: Repeats) -> None:
            super().__init__()
            self.repeats = repeats

    def __init__(self, context: Context, question: Question, *, predicted: str | None = None) -> None:
        super().__init__()
        self.context = context
        self.question = question
        self.predicted = predicted
        self.outcome: str | None = None
        self.finding = ""
        self._evidence: Mapping[str, Any] = {}
        self._chosen: dict[str, Any] = {}
        self._plan: Plan | None = None
        self._race: Race | None = None
        self._hello: Hello | None = None
        self._repeats: Repeats | None = None
        self._began = self._seconds = 0.0
        self._started_at = utc_now()
        self._is_stale = False

    def compose(self) -> ComposeResult:
        yield Static(id="what")
        yield Stage(id="stage")
        with VerticalScroll(id="below", can_focus=False):
            yield Static(id="ask")
            yield OptionList(id="predict", markup=False, compact=True)
            yield Static(id="said")
            yield Numbers(id="numbers")
            yield VerdictLine(id="verdict")
            yield SureLine(id="sure")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one("#page").border_title = "the page"
        self.set_interval(TICK, self._tick)
        self._make_plan()
        self._begin()

    def _begin(self) -> None:
        """Ask for a prediction where there is one to make; otherwise race at once."""
        if self._plan is None:
            return
        if self.question.predict and self.predicted is None:
            self._ask()
        else:
            self.action_run()

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
        self._what()

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

    # Predicting ----------------------------------------------------------------------------------------

    def _ask(self) -> None:
        options = self.query_one("#predict", OptionList)
        options.clear_options()
        for index, (outcome, sentence) in enumerate(self.question.predict.items(), 1):
            options.add_option(Option(plain(f"{index}  {sentence}"), id=outcome))
        self.query_one("#ask", Static).update(
            plain("What will happen? Say it before you see it; r just runs.", "bold")
        )
        self.set_class(True, "-asking")
        options.focus()

    @on(OptionList.OptionSelected, "#predict")
    def predict(self, message: OptionList.OptionSelected) -> None:
        self.predicted = message.option.id
        self.action_run()

    def on_key(self, event: Any) -> None:
        if self.has_class("-asking") and event.character and event.character.isdecimal():
            outcomes = list(self.question.predict)
            if 1 <= int(event.character) <= len(outcomes):
                self.predicted = outcomes[int(event.character) - 1]
                event.stop()
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
        self._evidence = {}
        self._hello = self._repeats = None
        self.outcome = None
        self._began = perf_counter()
        self._started_at = utc_now()
        self.state = "running"
        self.query_one(Stage).begin()
        self.query_one(VerdictLine).update("")
        self.query_one(SureLine).show(None)
        said = self.question.predict.get(self.predicted or "")
        self.query_one("#said", Static).update(plain(f"you said: {said}" if said else ""))
        self.query_one(PageView).focus()
        self.run_worker(self._follow(race), group="race", exclusive=True, exit_on_error=False)

    async def _follow(self, race: Race) -> None:
        """Post each event; whoever handles them owns the state."""
        async for event in race.events():
            self.post_message(self.Came(race, event))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A race that failed outside of its events ends as a failure too."""
        if event.worker.group == "race" and event.state is WorkerState.ERROR and self.state != "failed":
            self._fail(f"{type(event.worker.error).__name__}: {event.worker.error}")

    @on(Came)
    def came(self, message: Came) -> None:
        if message.race is not self._race or self.state != "running":
            return
        self._is_stale = True
        match message.event:
            case Hello() as hello:
                self._hello = hello
            case Statement(seconds=None) as begun:
                self.query_one(Stage).follow(begun)
            case Raised():
                self.query_one(Stage).mark_raised(message.race.runs)
            case Verdict() as verdict:
                self._decided(verdict)
            case Error() as error:
                self._fail(f"{error.type}: {error.message}", error.traceback)
            case Bye() if self.outcome is not None:
                self._finish()

    def _tick(self) -> None:
        """Show what came since the last tick: numbers tick and curves grow, less often than steps come."""
        if self.state == "running":
            self._what()
        if not self._is_stale or self._race is None or self._plan is None:
            return
        self._is_stale = False
        self.query_one(Numbers).show(self._rows(), list(self._plan.pages))
        self.query_one(Stage).draw(self._race.runs)

    def _rows(self) -> dict[str, Any]:
        """What the numbers show: the verdict's evidence, until then what is watched."""
        assert self._plan is not None and self._race is not None
        return dict(self._evidence) or evidence(self._plan, self._race.runs)

    def _what(self) -> None:
        """The line on top: what runs, on what, for how long."""
        if self._plan is None:
            return
        settings = self._plan.settings
        parts = [self._plan.name, f"seed {settings.seed}", f"model {settings.model}", f"data {settings.data}"]
        if self._hello:
            parts.append(self._hello.device)
        self.query_one("#what", Static).update(self._spread(" · ".join(parts), self._clock()))

    def _clock(self) -> str:
        """How far the run is; when it is over, how long it took."""
        if self.state == "ready" or self._race is None:
            return ""
        if self.state == "running":
            self._seconds = perf_counter() - self._began
        steps = max((len(run.steps) for run in self._race.runs.values()), default=0)
        doing = f"step {steps}" if self._hello else "importing the libraries"
        return f"{doing if self.state == 'running' else self.state}  {self._seconds:.1f} s"

    def _spread(self, left: str, right: str) -> Content:
        """Both ends of a line; what does not fit is cut from the left one."""
        room = max(0, self.size.width - 3 - len(right))
        return plain(f"{left[:room]:<{room}} {right}")

    # Ending --------------------------------------------------------------------------------------------

    def _decided(self, verdict: Verdict) -> None:
        assert self._plan is not None
        self.outcome, self.finding = verdict.outcome, verdict.finding
        self.query_one(VerdictLine).decided(verdict, self._plan, self.question, self.predicted)
        self._evidence = verdict.evidence

    def _finish(self) -> None:
        self._tick()
        self.query_one(Stage).finish()
        assert self._plan is not None and self.outcome is not None
        self._repeats = Repeats(self._plan, [self.outcome])
        self.query_one(SureLine).show(self._repeats)
        self.state = "done"
        self._what()
        self.query_one(VerdictLine).scroll_visible(animate=False)
        self._remember()
        self._warm(self._plan.workers if self._plan else 0)

    def _remember(self) -> None:
        """Keep the run, and what was predicted of it."""
        assert self._plan is not None and self._race is not None and self.outcome is not None
        ended = Ended(self.outcome, self.finding, self._rows(), self._started_at, self._seconds)
        records = records_of(self._plan, self._race.runs, ended, self.question, self.predicted)
        try:
            self.context.store.add(*records)
        except StoreError as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def _fail(self, message: str, traceback: str = "") -> None:
        """Show what failed; the app stands."""
        self.query_one(VerdictLine).failed(message, traceback)
        self.query_one(Stage).rest()
        self.state = "failed"
        self._what()

    def action_leave(self) -> None:
        """Cancel at once while it runs; otherwise go back."""
        if self.state == "running":
            self.workers.cancel_group(self, "race")
            self.state = "cancelled"
            self.query_one(Stage).rest()
            self.query_one(VerdictLine).cancelled()
            self._what()
        elif self.state == "adding" and self._repeats:
            self.workers.cancel_group(self, "race")
            self._repeats.wanted = 0
            self.added(self.Added(self._repeats))
        else:
            self.dismiss(self.outcome)

    # Adding seeds --------------------------------------------------------------------------------------

    def action_add_seed(self) -> None:
        """One seed more for the verdict; pressed again while one runs, it is the next."""
        assert self._repeats is not None
        self._repeats.error = None
        self._repeats.wanted += 1
        self.query_one(SureLine).show(self._repeats)
        if self.state == "done":
            self.state = "adding"
            self.run_worker(self._add(self._repeats), group="race", exclusive=True, exit_on_error=False)

    async def _add(self, repeats: Repeats) -> None:
        async for _ in repeats.add(self.context.pool):
            self.post_message(self.Added(repeats))

    @on(Added)
    def added(self, message: Added) -> None:
        if message.repeats is not self._repeats or self._race is None:
            return
        self.query_one(Stage).behind = self._repeats.runs
        self.query_one(Stage).draw(self._race.runs)
        self.query_one(SureLine).show(self._repeats)
        if self.state == "adding" and (self._repeats.error or not self._repeats.wanted):
            self._repeats.wanted = 0
            self.state = "done"

    # Looking and changing ------------------------------------------------------------------------------

    def action_next_variant(self) -> None:
        runs = self._race.runs if self._race else {}
        self.query_one(Stage).show_next(runs)
        if runs:
            self.query_one(Stage).draw(runs)

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

    def action_save_edit(self) -> None:
        from app.tui.screens.save_edit import SaveEditScreen

        def saved(path: str | None) -> None:
            if path:
                self.app.bank_grew()  # type: ignore[attr-defined]
                self.notify(f"Saved {path}", markup=False)

        assert self._plan is not None
        self.app.push_screen(SaveEditScreen(self._plan, EDITED, self.context.store), saved)

    def action_history(self) -> None:
        from app.tui.screens.history import HistoryScreen

        if self._plan:
            self.app.push_screen(HistoryScreen(self.context.store, self._plan.name))

    def action_report(self) -> None:
        from app.lab.report import save_report

        assert self._plan is not None and self._race is not None
        verdict = f"{self.outcome}: {self.finding}"
        try:
            path = save_report(self._plan, self._race.runs, self._hello, verdict, datetime.now().astimezone())
            self.notify(f"Saved {path}", markup=False)
        except OSError as problem:
            self.notify(f"Not saved: {problem}", severity="error", markup=False)
