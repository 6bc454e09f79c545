"""What the screens share: the bank, the progress, the workers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.bank import packs
from app.bank.load import Bank, load
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

    def reload(self) -> None:
        """Load the bank again, with the packs that have come since."""
        self.paths = packs.sources(self.extra)
        self.bank = load(self.paths)


def open_context(bank_paths: Sequence[Path] = ()) -> Context:
    """The bank and the progress as they are on this machine. Raises nothing for what is in their files."""
    paths = packs.sources(bank_paths)
    store = open_store()
    return Context(load(paths), store, Schedule(store), paths=paths, extra=bank_paths)
