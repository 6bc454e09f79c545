"""The application: its screens, its palette, its workers."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual._context import active_message_pump
from textual.app import App, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.worker import Worker, WorkerState, active_worker

from app.lab.plan import Plan
from app.text import clean
from app.tui.context import Context
from app.tui.screens.bank import BankScreen
from app.tui.text import Harmless, plain

if TYPE_CHECKING:
    from app.faults.case import Case


class Questions(Provider):
    """Every question in the command palette."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        app = self.app
        assert isinstance(app, VivaApp)
        for question in app.context.bank.questions:
            text = f"{question.number or question.id} {question.title}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, plain(text), partial(app.ask, question.id), text=text)


class Palette(CommandPalette):
    """Textual's, whose pages are turned only once its list has lines."""

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList)._lines:
            super()._action_command_list(action)


class VivaApp(App[None]):
    """viva in the terminal."""

    TITLE = "viva"
    CSS_PATH = "viva.tcss"
    COMMANDS = App.COMMANDS | {Questions}
    BINDINGS = [("question_mark", "toggle_help", "Help")]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (20, "-tall")]

    def __init__(
        self,
        context: Context,
        interview: Mapping[str, Any] | None = None,
        look: Plan | None = None,
        case: "Case | None" = None,
    ) -> None:
        super().__init__()
        self.context = context
        self._interview = interview
        self._look = look
        self._case = case

    def on_mount(self) -> None:
        self.push_screen(BankScreen(self.context))
        self._tell_notices()
        if not self.context.store.saved:
            self.notify("Ratings are kept only while viva is open.", severity="warning", markup=False)
        if self._interview is not None:
            self._begin_interview(self._interview)
        if self._look is not None:
            self._begin_look(self._look)
        if self._case is not None:
            from app.tui.screens.fault import FaultScreen

            self.push_screen(FaultScreen(self.context, self._case))
        self.set_timer(0.3, self._warm)
        self._follow()

    def pop_screen(self) -> AwaitComplete:
        """Take the topmost screen away, unless one asks that was left already: its key came twice."""
        return AwaitComplete() if self._was_left() else super().pop_screen()

    def _handle_exception(self, error: Exception) -> None:
        """Textual's, but for what comes late: to a screen that was left, or as the app closes."""
        closed = isinstance(error, ScreenStackError) and not self._screen_stack
        if not closed and not self._was_left():
            super()._handle_exception(error)

    def _was_left(self) -> bool:
        """Whether what is being handled belongs to a screen that is no longer on the stack."""
        working = active_worker.get(None)
        asking = working.node if working else active_message_pump.get(self)
        if asking is self or not isinstance(asking, DOMNode):
            return False
        return not any(screen in self.screen_stack for screen in asking.ancestors_with_self)

    def action_command_palette(self) -> None:
        """Open the command palette."""
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette(id="--command-palette"))

    def _begin_interview(self, wanted: Mapping[str, Any]) -> None:
        """Hold the interview that the command line asked for."""
        from app.tui.screens.interview import InterviewScreen
        from app.tui.screens.interview_setup import draw

        try:
            self.push_screen(InterviewScreen(self.context, draw(self.context, **wanted)))
        except ValueError as problem:
            self.notify(str(problem), severity="error", markup=False)

    def _begin_look(self, plan: Plan) -> None:
        """Look into what the command line asked for."""
        from app.tui.screens.look import LookScreen

        self.push_screen(LookScreen(plan, self.context.pool, plan.rival))

    def _warm(self) -> None:
        """Import the libraries in waiting workers once the first screen stands."""
        self.run_worker(self.context.pool.warm(), group="warm", exit_on_error=False)
        self.run_worker(self._look_over(), group="store", exit_on_error=False)

    async def _look_over(self) -> None:
        await asyncio.to_thread(self.context.store.look_over)
        self._tell_notices()

    def _tell_notices(self) -> None:
        notices = self.context.store.notices
        while notices:
            self.notify(notices.pop(0), severity="warning", timeout=20, markup=False)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), Harmless()]

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Only what a browser fetches: a question's link opens no file and no program."""
        if url.startswith(("https://", "http://")):
            super().open_url(url, new_tab=new_tab)
        else:
            self.notify(f"Not opened: {clean(url)}", severity="warning", markup=False)

    def bank_grew(self) -> None:
        """A file came from within the app: load it, and follow it from now on."""
        self.context.reload()
        self._show_bank()
        self._follow()

    def _follow(self) -> None:
        self.run_worker(self._follow_bank(), group="bank", exclusive=True, exit_on_error=False)

    def _show_bank(self) -> None:
        from app.tui.screens.quiz import QuizScreen

        for screen in self.screen_stack:
            if isinstance(screen, BankScreen | QuizScreen):
                screen.bank_changed()

    async def _follow_bank(self) -> None:
        """Take in the bank's files as they are saved. Where one was, and all progress, stays."""
        from app.bank.watch import follow

        async for bank in follow(self.context.paths, self.context.bank):
            self.context.bank = bank
            self._show_bank()
            errors = [problem for problem in bank.problems if problem.severity == "error"]
            if errors:
                self.notify(
                    f"{errors[0]}", title="Kept the last good version", severity="warning", markup=False
                )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work in the background that failed is told; the app stands."""
        if event.state is WorkerState.ERROR:
            error = event.worker.error
            self.notify(f"{type(error).__name__}: {error}", severity="error", timeout=15, markup=False)

    async def on_unmount(self) -> None:
        await self.context.pool.close()
        self.context.store.close()

    def ask(self, question_id: str) -> None:
        """Quiz on one question."""
        from app.tui.screens.quiz import QuizScreen

        self.push_screen(QuizScreen(self.context, [self.context.bank.by_id[question_id]]))

    def action_toggle_help(self) -> None:
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()
