"""What will happen? Asked before the run, answered with a number or enter."""

from collections.abc import Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from app.tui.text import plain


class Prediction(Vertical):
    """The outcomes to choose from, each as a sentence; shown while it asks."""

    class Made(Message):
        """An outcome was chosen."""

        def __init__(self, outcome: str) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, sentences: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sentences = sentences

    def compose(self) -> ComposeResult:
        yield Static(plain("What will happen? Say it before you see it; r just runs.", "bold"))
        options = (
            Option(plain(f"{number}  {sentence}"), id=outcome)
            for number, (outcome, sentence) in enumerate(self.sentences.items(), 1)
        )
        yield OptionList(*options, markup=False, compact=True)

    def ask(self) -> None:
        """Take the keys."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.post_message(self.Made(str(message.option.id)))

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal():
            outcomes = list(self.sentences)
            if 1 <= int(event.character) <= len(outcomes):
                event.stop()
                self.post_message(self.Made(outcomes[int(event.character) - 1]))
