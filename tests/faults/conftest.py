"""Cases drawn from records that are made up."""

import pytest

from tests.faults import made


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """One case of each level: see `made.records`."""
    made.use(monkeypatch)
