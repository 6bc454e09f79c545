"""The application: its screens, its palette, its workers."""

from functools import partial

from textual.app import App
from textual.command import Hit, Hits, Provider

from app.study.question import title
from app.tui.context import Context
from app.tui.screens.bank import BankScreen
from app.tui.text import plain


class Questions(Provider):
    """Every question in the command palette."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        app = self.app
        assert isinstance(app, VivaApp)
        for question in app.context.bank.questions:
            text = f"{question.number or question.id} {title(question)}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, plain(text), partial(app.ask, question.id), text=text)


class VivaApp(App[None]):
    """viva in the terminal."""

    TITLE = "viva"
    CSS_PATH = "viva.tcss"
    COMMANDS = App.COMMANDS | {Questions}
    BINDINGS = [("question_mark", "toggle_help", "Help")]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (20, "-tall")]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def on_mount(self) -> None:
        self.push_screen(BankScreen(self.context))
        for notice in self.context.store.notices:
            self.notify(notice, severity="warning", timeout=20, markup=False)
        self.set_timer(0.3, self._warm)

    def _warm(self) -> None:
        """Import the libraries in waiting workers once the first screen stands."""
        self.run_worker(self.context.pool.warm(), group="warm", exit_on_error=False)

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
