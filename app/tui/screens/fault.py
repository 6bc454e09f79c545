"""Find the fault: a symptom, a page, looks that cost points, an accusation, a mend, a race that judges."""

from collections.abc import Mapping, Sequence
from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static, TextArea
from textual.worker import Worker, WorkerState

from app.faults import cards, recorded
from app.faults.case import Case
from app.faults.judge import Judgement
from app.faults.mending import HEALTHY, MENDED, judged, race_of
from app.faults.plan import race_plan
from app.faults.score import LOOKS, Play, report
from app.format import count
from app.lab.race import Race
from app.study.store import StoreError
from app.tui import graded
from app.tui.context import Context
from app.tui.text import inline, plain
from app.tui.widgets.curves import Curves
from app.tui.widgets.line_list import LineList
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine
from experiments.engine.events import Event
from experiments.engine.page import PageError

TICK = 0.2
SERIES = {"gradient norm": "grad_norm", "learning rate": "learning_rate", "the healthy curve": "loss"}


class FaultScreen(Screen[int | None]):
    """One case. Dismissed with its score, or None where it was left before the end."""

    CSS_PATH = "fault.tcss"
    BINDINGS = [
        Binding("a", "accuse", "Accuse line"),
        Binding("e", "mend", "Mend"),
        Binding("t", "type", "Say what is wrong"),
        Binding("ctrl+s", "said", "Said", priority=True),
        *(Binding(str(at), f"look({at - 1})", name, show=False) for at, name in enumerate(LOOKS, 1)),
        Binding("l", "looks", "Looks"),
        Binding("v", "reveal", "Reveal"),
        Binding("y", "meant(True)", "Yes, I did"),
        Binding("n", "meant(False)", "No"),
        Binding("o", "question", "Its question"),
        Binding("escape", "leave", "Back"),
    ]

    state: reactive[str] = reactive("looking", bindings=True, init=False)
    """looking, racing, mended or revealed."""

    class Came(Message):
        """The race of a mend came to its end."""

        def __init__(self, judgement: Judgement) -> None:
            super().__init__()
            self.judgement = judgement

    def __init__(self, context: Context, case: Case) -> None:
        super().__init__()
        self.context = context
        self.case = case
        self.play = Play(case)
        self.text = case.sick
        self.judgement: Judgement | None = None
        self._began = monotonic()
        self._seconds = 0.0
        self._race: Race | None = None
        self._is_stale = False

    def compose(self) -> ComposeResult:
        yield TopLine(id="what")
        yield Static(id="symptom")
        with Horizontal(id="stage"):
            page = LineList(id="theirs")
            page.border_title = "the page (theirs)"
            yield page
            with VerticalScroll(id="beside", can_focus=False):
                yield Curves(id="curves")
                yield Static(id="looks")
        with VerticalScroll(id="below", can_focus=False):
            yield TextArea(id="words", compact=True, placeholder="what is wrong, and why; ctrl+s keeps it")
            yield Static(id="judgement")
        yield VerticalScroll(Static(id="reveal"), id="end")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.set_interval(TICK, self._tick)
        lines = report(self.case)
        parts = [plain(lines[0], "bold"), *(plain(line) for line in lines[1:])]
        self.query_one("#symptom", Static).update(Content("\n").join(parts))
        self.query_one(LineList).show(self.text)
        self.query_one(LineList).go_to(self.text[: self.text.find("set_seed(")].count("\n") + 1)
        self.query_one(LineList).focus()
        self._show_curve("loss", {"theirs": self.case.recorded.loss})
        self._show_looks()
        self._top()
        self.run_worker(self.context.pool.warm(1), group="warm", exit_on_error=False)

    # How things stand ----------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._top()
        if self._is_stale and self._race is not None:
            self._is_stale = False
            runs = {name: self._race.runs[f"{name} 1"] for name in (HEALTHY, MENDED)}
            self._show_curve("loss", {name: run.loss for name, run in runs.items()})

    def _top(self) -> None:
        case, play = self.case, self.play
        points = play.score if self.state == "revealed" else play.so_far
        minutes, seconds = divmod(int(monotonic() - self._began), 60)
        left = f"{case.name} · {case.level} · {count(len(case.faults), 'fault')}"
        right = f"score {points}   {self.state}   {minutes}:{seconds:02}"
        self.query_one(TopLine).say(left, right if self.state != "revealed" else f"score {points}")

    def _show_curve(self, name: str, series: Mapping[str, Sequence[float | None]]) -> None:
        drawn = {
            who: [float("nan") if value is None else value for value in values]
            for who, values in series.items()
        }
        self.query_one(Curves).follow(name, drawn)
        self.set_class(not any(drawn.values()), "-curveless")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        over, racing = self.state == "revealed", self.state == "racing"
        typing = self.has_class("-typing")
        match action:
            case "said":
                return typing
            case "meant":
                return over and self._asked() is not None
            case "question":
                return over and self._question() is not None
            case "looks" | "look" | "accuse" | "type" | "reveal":
                return not over and not typing and not racing
            case "mend":
                return self.state == "looking" and not typing
        return True

    # Looking and accusing ------------------------------------------------------------------------------

    def action_looks(self) -> None:
        """Show what there is to look at, and what it costs."""
        self.toggle_class("-looking")

    def action_look(self, at: int) -> None:
        """Look at one thing; the price is paid once."""
        name = list(LOOKS)[at]
        self.play.look(name)
        self.add_class("-looking")
        if name in SERIES:
            series = {"theirs": getattr(self.case.recorded, SERIES[name])}
            if name == "the healthy curve":
                series["healthy"] = recorded.healthy().loss
            self._show_curve(SERIES[name], series)
        self._show_looks(last=name)
        self._top()

    def _show_looks(self, last: str = "") -> None:
        rows = []
        for at, (name, cost) in enumerate(LOOKS.items(), 1):
            seen = name in self.play.looked
            rows.append(plain(f"{at} {name}  {'seen' if seen else f'−{cost}'}", "dim" if seen else ""))
        parts = [Content("\n").join(rows)]
        if last == "a batch":
            table = self.case.recorded.batch[1:] or [["nothing of the name `batch` is left", "", "", ""]]
            told = [plain(f"{name}  {kind} {shape}\n  {first}") for name, kind, shape, first in table]
            parts.append(Content("\n").join([plain("its last batch, first row", "bold"), *told]))
        elif last in SERIES and not any(getattr(self.case.recorded, SERIES[last])):
            parts.append(plain(f"no step had a {last}"))
        self.query_one("#looks", Static).update(Content("\n\n").join(parts))

    def action_accuse(self) -> None:
        """Accuse the line under the cursor, or take that back."""
        self.play.accuse(self.query_one(LineList).line)
        self.query_one(LineList).mark(self.play.accused)

    def action_type(self) -> None:
        self.add_class("-typing")
        self.query_one("#words").focus()
        self.refresh_bindings()

    def action_said(self) -> None:
        self.play.words = self.query_one("#words", TextArea).text.strip()
        self.remove_class("-typing")
        self.query_one(LineList).focus()
        said = " ".join(self.play.words.split())
        if self.judgement is None and said:
            self.query_one("#judgement", Static).update(plain(f"you say: {said}", "dim"))
        self.refresh_bindings()

    # Mending -------------------------------------------------------------------------------------------

    def action_mend(self) -> None:
        """Change the page in the editor; what comes back is raced."""
        from app.tui.screens.editor import EditorScreen

        pages = {"theirs": self.case.sick, "yours": self.text}
        line = self.query_one(LineList).line
        editor = EditorScreen(race_plan(self.case.name, pages), "yours", "Mend it · ctrl+r races it", line)
        self.app.push_screen(editor, self._edited)

    def _edited(self, text: str | None) -> None:
        if text is None:
            return
        self.text = text
        self._run()

    def _run(self) -> None:
        try:
            planned = race_of(self.case, self.text)
        except PageError as problem:
            self._say(plain(str(problem), "$text-error"))
            return
        self.state = "racing"
        self.remove_class("-looking")
        self._say(plain("Your page races the healthy one, on two seeds that you have not seen …"))

        async def follow() -> None:
            self.post_message(self.Came(await judged(self.case, planned, self.context.pool, self._tell)))

        self.run_worker(follow(), group="race", exclusive=True, exit_on_error=False)

    def _tell(self, _: Event, race: Race) -> None:
        self._race, self._is_stale = race, True

    @on(Came)
    def came(self, message: Came) -> None:
        if self.state != "racing":
            return
        self.judgement = message.judgement
        right = message.judgement.right
        self.play.mended = right
        self.play.refused += not right
        self.state = "mended" if right else "looking"
        then = " v reveals." if right else " e mends again, v reveals."
        style = "bold $text-success" if right else "bold $text-error"
        self._say(
            Content.assemble(plain("✓ " if right else "✗ ", style), plain(message.judgement.words), then)
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A race that failed is told; nothing is held against the page for it."""
        if event.worker.group == "race" and event.state is WorkerState.ERROR:
            self.state = "looking"
            self._say(plain(f"The race failed: {event.worker.error}", "$text-error"))

    def _say(self, what: Content) -> None:
        self.query_one("#judgement", Static).update(what)
        self._top()

    # The end -------------------------------------------------------------------------------------------

    def action_reveal(self) -> None:
        """Say what it was and what it was worth. What was not mended stays so."""
        self.play.words = self.query_one("#words", TextArea).text.strip()
        self._seconds = monotonic() - self._began
        self.state = "revealed"
        self.add_class("-revealed")
        self._rate()
        self._show_end()
        self.query_one("#end").focus()

    def _rate(self) -> None:
        """Each fault is a card: what was missed comes back."""
        try:
            cards.rate(self.play, self.context.schedule, self._seconds)
        except StoreError as problem:
            self.notify(f"Not saved: {problem}", severity="error", markup=False)

    def _show_end(self) -> None:
        parts = [self._told(at) for at in range(len(self.case.faults))]
        if (asked := self._asked()) is not None:
            fault = self.case.faults[asked[0]]
            parts.insert(0, graded.perhaps(self.play.words, self.play.graded(fault)))
        for decoy in self.case.decoys:
            parts.append(plain(f"Harmless, and meant to look guilty: {decoy.id}: {decoy.why}."))
        costs = self.play.costs()
        rows = [plain(f"{what}  −{cost}") for what, cost in costs] or [plain("nothing lost")]
        parts.append(Content("\n").join([plain(f"score {self.play.score} of 100", "bold"), *rows]))
        self.query_one("#reveal", Static).update(Content("\n\n").join(parts))
        self._top()
        self.refresh_bindings()

    def _told(self, at: int) -> Content:
        """One fault: where it is, what was wrong, and what of it was named."""
        fault = self.case.faults[at]
        lines = sorted(self.case.lines[fault.id])
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]}–{lines[-1]}"
        mark = "✓ accused" if self.play.found(fault) else "○ not accused"
        text = self.case.sick.splitlines()
        shown = [plain(f"  {number:>3}  {text[number - 1]}") for number in lines[:4]]
        head = plain(f"{fault.id} · {where} · {mark}", "bold")
        points = graded.points_of(fault.fault.key_points, self.play.graded(fault))
        return Content("\n").join([head, *shown, inline(fault.fault.cause), points])

    def _asked(self) -> tuple[int, int] | None:
        """The next key point to ask about: which fault, and which of its points."""
        if not self.play.words:
            return None
        for at, fault in enumerate(self.case.faults):
            if perhaps := self.play.graded(fault).perhaps:
                return at, perhaps[0]
        return None

    def action_meant(self, yes: bool) -> None:
        """Whether the point that was asked about was meant; it counts as the person says."""
        if (asked := self._asked()) is not None:
            self.play.meant[self.case.faults[asked[0]].id, asked[1]] = yes
            for _ in self.case.faults:
                self.context.schedule.undo()
            self._rate()
            self._show_end()

    def _question(self) -> str | None:
        """The first question of the bank that one of the faults belongs to."""
        known = self.context.bank.by_id
        return next((fault.question for fault in self.case.faults if fault.question in known), None)

    def action_question(self) -> None:
        """Quiz on the question that the fault belongs to."""
        from app.tui.screens.quiz import QuizScreen

        if (name := self._question()) is not None:
            self.app.push_screen(QuizScreen(self.context, [self.context.bank.by_id[name]]))

    def action_leave(self) -> None:
        if self.has_class("-typing"):
            self.action_said()
        elif self.state == "racing":
            self.workers.cancel_group(self, "race")
            self.state = "looking"
            self._say(plain("Cancelled."))
        else:
            self.dismiss(self.play.score if self.state == "revealed" else None)
