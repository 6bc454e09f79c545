"""The mock interview: a question, the clock, and one's own voice."""

import math
from typing import get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer, Markdown, Static, TextArea

from app.answers.grading import Grade
from app.answers.words import cloze
from app.bank.schema import Question
from app.format import clock_time, count
from app.study.interview import Interview
from app.study.records import Result
from app.study.scorecard import Proof, ScoreCard
from app.study.store import StoreError
from app.tui.context import Context
from app.tui.screens.interview_end import EndScreen
from app.tui.screens.scorecard import Kept, ScoreCardScreen, keep
from app.tui.text import plain
from app.tui.widgets.rating_line import RATING_KEYS, rating_line
from app.tui.widgets.sheet import Answering, Phase, Sheet
from app.tui.widgets.ticks import Ticks
from app.tui.widgets.too_small import TooSmall
from app.tui.widgets.top_line import TopLine

TICK = 0.5
PHASES: tuple[Phase, ...] = get_args(Phase)


class InterviewScreen(Screen[None]):
    """One interview. At its end the score card takes this screen's place.

    The clock runs while one answers. It stands while one judges oneself, reads the answer, watches a run,
    or pauses. Each rating is on disk before the next question shows.
    """

    CSS_PATH = "interview.tcss"
    BINDINGS = [
        Binding("enter", "said", "Said it"),
        Binding("enter", "go_on", "Go on"),
        Binding("t", "type", "Type it"),
        Binding("ctrl+s", "hand_in", "Hand in", priority=True),
        Binding("y", "named(True)", "Yes, I did"),
        Binding("n", "named(False)", "No"),
        *RATING_KEYS,
        Binding("a", "answer", "Answer"),
        Binding("p", "prove", "Prove it"),
        Binding("s", "skip", "Skip"),
        Binding("space", "pause", "Pause", key_display="space"),
        Binding("v", "present", "Presenter"),
        Binding("escape", "back", "Back"),
        Binding("escape", "leave", "End"),
    ]

    def __init__(self, context: Context, interview: Interview) -> None:
        super().__init__()
        self.context = context
        self.interview = interview
        self._rated = 0
        self._is_kept = False
        assert interview.current is not None
        self.state = Answering(interview.current, 0.0)

    @property
    def phase(self) -> Phase:
        return self.state.phase

    @property
    def question(self) -> Question:
        """What is asked about."""
        return self.state.prompt.question

    def compose(self) -> ComposeResult:
        yield TopLine(id="clock")
        yield Sheet(id="floor")
        yield Static(id="rating")
        yield Footer(show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        self.set_interval(TICK, self._clock)
        self._ask()

    def on_unmount(self) -> None:
        """The app was closed in the middle: what was answered is kept all the same."""
        self._wind_up()

    # Showing -------------------------------------------------------------------------------------------

    def _ask(self, note: str = "") -> None:
        if self.interview.current is None:
            self._finish()
            return
        self.state = Answering(self.interview.current, self.interview.clock.elapsed, note)
        self.query_one("#said", TextArea).text = ""
        self.query_one("#whole", Markdown).update("")
        self._turn("asking")

    def _turn(self, phase: Phase) -> None:
        """Go to a phase of this question: which parts show, whether the clock runs, where the keys go."""
        self.state.phase = phase
        for name in PHASES:
            self.set_class(name == phase, f"-{name}")
        if phase in ("asking", "typing"):
            self.interview.resume()
        else:
            self.interview.pause()
        self._show()
        focus = {"typing": "#said", "ticking": "#ticks"}.get(phase, "#floor")
        self.query_one(focus).focus(scroll_visible=False)
        self.query_one("#floor").scroll_home(animate=False)
        self.refresh_bindings()
        self._clock()

    def _show(self) -> None:
        """Everything that depends on the prompt and the phase."""
        self.query_one(Sheet).show(self.state, is_spaced=self.has_class("-presenter"))
        if self.phase in ("ticking", "revealed"):
            previews = self.context.schedule.previews(self.question.id)
            self.query_one("#rating", Static).update(rating_line(previews))

    def on_resize(self) -> None:
        if not self.interview.finished:
            self.call_after_refresh(self._show)

    def _clock(self) -> None:
        if self.interview.finished:
            return
        prompt, clock = self.state.prompt, self.interview.clock
        left = f"{prompt.number} of {prompt.of}"
        if self.size.width >= 60 and prompt.of <= 20:
            left += f"   {'●' * (prompt.number - 1)}◉{'○' * (prompt.of - prompt.number)}"
        if clock.remaining > 0:
            right = f"{clock_time(math.ceil(clock.remaining))} left"
        else:
            right = "time is up, this answer still counts"
        if clock.paused:
            right = f"‖ {right}"
        answering = f"{clock_time(clock.elapsed - self.state.begun)} on this   "
        self.query_one(TopLine).say(left, answering * (self.size.width >= 60) + right)

    # What one can do -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        asking = self.phase == "asking"
        match action:
            case "said" | "type" | "skip":
                return asking
            case "hand_in":
                return self.phase == "typing"
            case "named":
                return self.phase == "judging" or self.state.asks_perhaps
            case "go_on":
                return self.phase == "hearing" and not self.state.asks_perhaps
            case "rate":
                return self.phase in ("ticking", "revealed")
            case "answer":
                return self.state.prompt.kind != "probe" and self.phase in ("asking", "ticking")
            case "prove":
                return self.phase not in ("typing", "paused") and self.question.experiment is not None
            case "back" | "leave":
                return (action == "back") == (self.phase in ("typing", "ticking", "judging"))
            case "pause":
                return self.phase in ("asking", "paused")
        return True

    def action_said(self) -> None:
        """The spoken answer is over. What to tick is shown as hints, so that nothing is given away yet."""
        if self.state.prompt.kind == "probe":
            self._turn("judging")
            return
        points = enumerate(self.question.key_points)
        self.query_one(Ticks).offer({"": {i: p.hint or cloze(p.point, p.any) for i, p in points}})
        self._turn("ticking")

    def action_type(self) -> None:
        self._turn("typing")

    def action_answer(self) -> None:
        """Show the answer. From here one only rates: what has been shown cannot be asked further."""
        self.query_one("#whole", Markdown).update(self.question.answer)
        self._turn("revealed")

    def action_pause(self) -> None:
        self._turn("asking" if self.phase == "paused" else "paused")

    def action_present(self) -> None:
        """A view for a shared screen: the question and nothing else."""
        on = not self.has_class("-presenter")
        self.set_class(on, "-presenter")
        self.call_after_refresh(self._show)
        if on:
            self.notify("v leaves this view", timeout=2, markup=False)

    # Answering -----------------------------------------------------------------------------------------

    def action_hand_in(self) -> None:
        """The typed answer, held against the key points."""
        if not self.state.typed:
            self.notify("Nothing is typed yet. Esc goes back to speaking.", markup=False)
            return
        self._hear(self.interview.grade(self.state.typed))

    def _hear(self, heard: Grade) -> None:
        """Say what has to be said of a typed answer, or ask on."""
        self.state.heard = heard
        if heard.perhaps or heard.wrong:
            self._turn("hearing")
        else:
            self.action_go_on()

    def action_go_on(self) -> None:
        """Hand in what was heard, and ask on."""
        heard = self.interview.answer(self.state.typed, graded=self.state.heard)
        self._next(f"{len(heard.hits)} of {len(heard.points)} named")

    def action_rate(self, rating: int) -> None:
        points = self.question.key_points
        named: list[int] | None = None
        if self.phase == "ticking":
            named = self.query_one(Ticks).ticked
        self.interview.self_rate(rating, named)
        self._next("" if named is None else f"{len(named)} of {len(points)} ticked")

    def action_named(self, yes: bool) -> None:
        heard, point = self.state.heard, self.state.prompt.point
        if heard and self.state.asks_perhaps:
            self._hear(heard.said(heard.perhaps[0], yes))
        elif point is not None:
            self.interview.self_rate(3 if yes else 1, [point] if yes else [])
            self._next("")

    def action_skip(self) -> None:
        self.interview.skip()
        self._next("skipped")

    def _next(self, came_of_it: str) -> None:
        """Write what counts as a review, then ask on."""
        last = self.interview.turns[-1]
        self._remember()
        self._ask(f"last: {came_of_it or 'answered'} in {clock_time(last.seconds)}")

    def _remember(self) -> None:
        for turn in self.interview.ratings()[self._rated :]:
            proofs = [proof for proof in self.interview.proofs if proof.question == turn.question]
            try:
                self.context.schedule.rate(
                    turn.question,
                    turn.rating or 1,
                    seconds=turn.seconds,
                    answer=turn.answer,
                    predicted=proofs[-1].predicted if proofs else None,
                    actual=proofs[-1].result.outcome if proofs else None,
                    mode="interview",
                )
            except StoreError as problem:
                self.notify(f"Not saved yet: {problem}", severity="error", markup=False)
                return
            self._rated += 1

    # Proving -------------------------------------------------------------------------------------------

    def action_prove(self) -> None:
        """Run the question's experiment, full screen; the clock stands meanwhile."""
        from app.tui.screens.lab import LabScreen

        question = self.question
        lab = LabScreen(self.context, question)
        lab.set_class(self.has_class("-presenter"), "-presenter")
        self.interview.pause()

        def proven(result: Result | None) -> None:
            if result is not None:
                predicted = lab.predicted if lab.predicted in question.predict else None
                self.interview.prove(Proof(question=question.id, predicted=predicted, result=result))
                self.state.note = f"proven: {result.outcome}"
            self._turn(self.phase)

        self.app.push_screen(lab, proven)

    # Leaving -------------------------------------------------------------------------------------------

    def action_back(self) -> None:
        """To the question; what was typed stays."""
        self._turn("asking")

    def action_leave(self) -> None:
        """Ask before it ends."""
        phase, said = self.phase, self._end_warning()
        self.interview.pause()

        def answered(yes: bool | None) -> None:
            if yes:
                self._finish()
            else:
                self._turn(phase)

        self.app.push_screen(EndScreen(said), answered)

    def _end_warning(self) -> str:
        asked = len(self.interview.turns)
        if not asked:
            return "Nothing has been answered yet, so there would be no score card."
        return f"{count(asked, 'answer')} so far, and the score card would be of these."

    def _wind_up(self) -> tuple[ScoreCard, Kept] | None:
        """End it once, and keep what came of it; what is typed but not handed in is handed in first."""
        if self._is_kept:
            return None
        self._is_kept = True
        if self.state.typed and not self.interview.finished:
            self.interview.answer(self.state.typed)
        self.interview.pause()
        self.interview.end()
        self._remember()
        if not (self.interview.turns or self.interview.proofs):
            return None
        card = self.interview.score()
        return card, keep(self.context, card)

    def _finish(self) -> None:
        if ended := self._wind_up():
            self.app.switch_screen(ScoreCardScreen(self.context, *ended))
        else:
            self.dismiss(None)

    @on(TextArea.Changed, "#said")
    def _keep_typed(self, message: TextArea.Changed) -> None:
        self.state.typed = message.text_area.text.strip()

    @on(Ticks.Changed)
    def _ticked(self) -> None:
        """How much was ticked stands in the note above, for those who rate by it."""
        count = len(self.query_one(Ticks).ticked)
        of = len(self.question.key_points)
        self.query_one("#judge", Static).update(plain(f"{count} of {of} ticked. Rate yourself.", "bold"))
