"""What is asked in an interview, and what of the answer shows in each phase."""

from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static, TextArea

from app.answers.grading import Grade
from app.study.interview import Prompt
from app.tui import graded
from app.tui.text import inline, markdown_parser, plain
from app.tui.widgets.ticks import Ticks

Phase = Literal["asking", "typing", "hearing", "ticking", "judging", "revealed", "paused"]
KINDS = {"question": "", "probe": "asked further", "follow_up": "follow-up"}


@dataclass
class Answering:
    """One prompt, and how far its answer is. note: what came of the last. heard: what is typed, graded."""

    prompt: Prompt
    begun: float
    note: str = ""
    phase: Phase = "asking"
    typed: str = ""
    heard: Grade | None = None

    @property
    def asks_perhaps(self) -> bool:
        """Whether something in the typed answer may have been meant."""
        return self.phase == "hearing" and bool(self.heard and self.heard.perhaps)


class Sheet(VerticalScroll):
    """Shows the state of an answer, whole; the stylesheet has which parts belong to which phase."""

    def compose(self) -> ComposeResult:
        with Vertical(id="sheet"):
            yield Static(id="kind")
            yield Static(id="prompt")
            yield TextArea(id="said", compact=True, placeholder="your answer; ctrl+s hands it in")
            yield Static(id="judge")
            yield Ticks(id="ticks")
            yield Static(id="named")
            yield Markdown(id="whole", parser_factory=markdown_parser)

    def show(self, state: Answering, is_spaced: bool) -> None:
        """`is_spaced`: an empty line after each, as the presenter view has it."""
        question = state.prompt.question
        where = "" if state.prompt.kind == "probe" else f"{question.level} · {question.topic}"
        about = (KINDS[state.prompt.kind], where, state.note)
        points = Content("\n").join(plain(f"○ {point.point}") for point in question.key_points)
        self._update("kind", plain(" · ".join(filter(None, about)), "dim"))
        self._update("prompt", self._spaced(_asked(state)) if is_spaced else _asked(state))
        self._update("judge", _judged(state))
        self._update("named", self._spaced(points) if is_spaced else points)

    def _update(self, part: str, content: Content) -> None:
        self.query_one(f"#{part}", Static).update(content)

    def _spaced(self, content: Content) -> Content:
        width = max(20, self.query_one("#sheet").content_size.width or self.app.size.width)
        return Content("\n\n").join(content.wrap(width))


def _asked(state: Answering) -> Content:
    if state.phase == "paused":
        return plain("Paused. Space goes on.")
    asked = inline(state.prompt.text.strip())
    if state.prompt.kind != "probe":
        return asked
    whole = inline(state.prompt.question.question.strip())  # a probe makes sense only below its question
    return Content.assemble(whole.stylize("dim not bold"), "\n\n", asked)


def _judged(state: Answering) -> Content:
    question = state.prompt.question
    if state.phase == "hearing" and state.heard:
        key = "p" if question.experiment is not None else ""
        told = (graded.wrong(state.typed, state.heard, key), graded.perhaps(state.typed, state.heard))
        return Content("\n\n").join(part for part in told if part.plain)
    if state.phase == "ticking":
        return plain("Which of these did you answer? Tick them, then rate yourself.", "bold")
    if state.phase == "judging" and state.prompt.point is not None:
        point = question.key_points[state.prompt.point]
        return Content.assemble(("Did you say so?\n\n", "bold"), inline(point.point))
    return Content("")
