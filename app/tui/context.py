"""What the screens share: the bank, the progress, the workers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.bank import packs
from app.bank.load import Bank, load
from app.bank.schema import Question
from app.lab.pool import Pool
from app.study.schedule import Schedule
from app.study.store import Store, open_store


@dataclass
class Context:
    """Made once; the bank is replaced when its files change, the rest stays."""

    bank: Bank
    store: Store
    schedule: Schedule
    pool: Pool = field(default_factory=Pool)
    paths: Sequence[Path] = ()
    extra: Sequence[Path] = ()
    """Paths of questions given for this once; `paths` has all."""

    async def go_ahead(self, question: Question) -> None:
        """Let the question's experiment begin before it is asked for, where it may."""
        from app.lab.plan import NeedsConsent
        from app.lab.proof import NOT_POSSIBLE, plan_question

        if question.experiment is None:
            return
        try:
            request = plan_question(question, {}, lambda content: False).request_ahead
        except (NeedsConsent, *NOT_POSSIBLE):
            return  # told where it is asked for
        if request is not None:
            await self.pool.go_ahead(request)

    def reload(self) -> None:
        """Load the bank again, with the packs that have come since."""
        self.paths = packs.sources(self.extra)
        self.bank = load(self.paths)


def open_context(bank_paths: Sequence[Path] = ()) -> Context:
    """The bank and the progress as they are on this machine. Raises nothing for what is in their files."""
    paths = packs.sources(bank_paths)
    store = open_store()
    return Context(load(paths), store, Schedule(store), paths=paths, extra=bank_paths)
