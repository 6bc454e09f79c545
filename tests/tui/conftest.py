"""The app on a small bank of its own, with workers that play a script."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.bank.load import load
from app.study.schedule import Schedule, StudySettings
from app.study.store import Store
from app.tui.app import VivaApp
from app.tui.context import Context
from experiments.engine.events import Event
from experiments.engine.request import Request
from tests.tui.scripted import BANK, ScriptedPool, clean_run


@pytest.fixture
def bank_file(tmp_path: Path) -> Path:
    file = tmp_path / "bank" / "loop.yaml"
    file.parent.mkdir()
    file.write_text(BANK, encoding="utf-8")
    return file


@pytest.fixture
def make_app(tmp_path: Path, bank_file: Path) -> Callable[..., VivaApp]:
    """`make_app(script)`: the app with that script, nothing due, no fuzz."""

    def make(script: Callable[[Request], Sequence[Event | None]] = clean_run) -> VivaApp:
        store = Store(tmp_path / "home" / "viva.sqlite3")
        bank = _unpacked(load([bank_file]))
        schedule = Schedule(store, StudySettings(fuzz=False))
        return VivaApp(Context(bank, store, schedule, ScriptedPool(script), [bank_file]))

    return make


def _unpacked(bank: Any) -> Any:
    """The questions as viva's own, without the pack's name before their ids."""
    own: Mapping[str, Any] = {"pack": None}
    bank.questions = [
        msgspec.structs.replace(question, id=question.id.rpartition("/")[2], **own)
        for question in bank.questions
    ]
    bank.by_id = {question.id: question for question in bank.questions}
    return bank
