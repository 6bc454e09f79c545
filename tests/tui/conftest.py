"""The app on a small bank of its own, with workers that play a script."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.bank.load import load
from app.study.schedule import Schedule, StudySettings
from app.study.store import Store
from app.tui.app import VivaApp
from app.tui.context import Context
from tests.faults import made
from tests.tui.scripted import BANK, Script, ScriptedPool, clean_run


@pytest.fixture
def bank_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file of a bank that stands in for viva's own."""
    file = tmp_path / "bank" / "loop.yaml"
    file.parent.mkdir()
    monkeypatch.setattr("app.bank.packs.OWN", file.parent)
    file.write_text(BANK, encoding="utf-8")
    return file


@pytest.fixture
def make_app(tmp_path: Path, bank_file: Path) -> Callable[..., VivaApp]:
    """`make_app(script)`: the app with that script, nothing due, no fuzz."""

    def make(script: Script = clean_run) -> VivaApp:
        store = Store(tmp_path / "home" / "viva.sqlite3")
        bank = load([bank_file.parent])
        schedule = Schedule(store, StudySettings(fuzz=False))
        return VivaApp(Context(bank, store, schedule, ScriptedPool(script), [bank_file.parent]))

    return make


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """One case of each level, drawn from records that are made up: see `made.records`."""
    made.use(monkeypatch)
