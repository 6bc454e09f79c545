"""What a race came to: an outcome with its finding, a failure, or nothing because it was cancelled."""

from textual.content import Content
from textual.widgets import Static

from app.bank.schema import Question
from app.lab.plan import Plan
from app.study.records import Result
from app.tui.text import plain

TRACEBACK = 1200
"""The end of a traceback, in characters: where the reason stands."""


class VerdictLine(Static):
    """The last word of a run; empty while it runs."""

    def decided(self, result: Result, plan: Plan, question: Question, predicted: str | None) -> None:
        """The outcome, beside what was predicted and what the bank's answer stands on."""
        parts: list[Content] = [Content.styled(f"● {result.outcome}.", "bold $text-success")]
        if predicted in question.predict:
            right = predicted == result.outcome
            parts.append(plain(" You were right." if right else " Not what you said.", "bold"))
        parts.append(plain(f"   {result.finding}"))
        teaches = question.teaches
        if teaches and plan.outcomes and teaches != result.outcome:
            contradicted = f"\n▲ The bank's answer stands on “{teaches}”; this run came out otherwise."
            parts.append(plain(contradicted, "bold $text-warning"))
        self.update(Content("").join(parts))

    def failed(self, message: str, traceback: str = "") -> None:
        """Why there is no outcome."""
        tail = f"\n{traceback.strip()[-TRACEBACK:]}" if traceback.strip() else ""
        self.update(Content.assemble(("✗ ", "bold $text-error"), plain(message, "bold"), plain(tail, "dim")))

    def cancelled(self) -> None:
        """That somebody stopped it, and what to do now."""
        self.update(plain("cancelled · r runs it again", "bold"))
