"""What was measured, kept in a file: which outcomes came over which seeds, and from which sources."""

import hashlib
import platform
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import msgspec

from app import files
from app.lab.plan import plan
from app.lab.rates import at_least
from app.lab.verify import Case
from app.study.records import Result
from experiments.engine import sources
from experiments.engine.page import LOOP


class Measured(msgspec.Struct):
    """One run: its seed and what it came to. `error`: why it came to nothing."""

    seed: int
    outcome: str | None
    finding: str
    compared: dict[str, tuple[float | None, float | None]]
    seconds: float
    on: date
    error: str | None = None


class Series(msgspec.Struct):
    """The runs of one experiment with the same settings, on the same data, from the same sources.

    data: `bundled`, or the name of a folder or data set. sources: the digest of all that decides what comes.
    variants, evidence: those of the first run that came to an outcome. Of data that is not viva's own only
        the numbers that were compared are kept, none of its text.
    """

    experiment: str
    settings: dict[str, Any]
    model: str
    data: str
    sources: str
    processor: str
    libraries: dict[str, str]
    variants: list[str] = []
    evidence: dict[str, dict[str, Any]] = {}
    runs: list[Measured] = []

    @property
    def outcomes(self) -> dict[str, int]:
        """How often each outcome came, the most frequent first."""
        came = [run.outcome for run in self.runs if run.outcome]
        return {name: came.count(name) for name in sorted(set(came), key=came.count, reverse=True)}

    def at_least(self, outcome: str) -> float:
        """The rate at which the outcome comes at least, with 95% confidence."""
        return at_least(self.outcomes.get(outcome, 0), len(self.runs))

    @property
    def margins(self) -> dict[str, float]:
        """How many standard deviations over seeds each compared number is from its threshold.

        Infinite where it is the same for all seeds; left out where it was not finite or came only once.
        """
        found: dict[str, list[float]] = {}
        for run in self.runs:
            for name, (value, threshold) in run.compared.items():
                if value is not None and threshold is not None:
                    found.setdefault(name, []).append(value - threshold)
        return {name: _margin(apart) for name, apart in found.items() if len(apart) > 1}

    @property
    def margin(self) -> float | None:
        """The smallest of the margins; None where nothing was compared with a number."""
        return min(self.margins.values(), default=None)


class Record(msgspec.Struct):
    """All series. The file holds one series a line, so that a difference can be read."""

    series: list[Series] = []

    @classmethod
    def read(cls, path: Path) -> "Record":
        """The record in a file; an empty one where there is none. Raises msgspec.MsgspecError or OSError."""
        if not path.exists():
            return cls()
        return cls([msgspec.json.decode(line, type=Series) for line in path.read_bytes().splitlines()])

    def write(self, path: Path) -> None:
        """Replace the file as a whole. Raises OSError."""
        files.replace(path, b"".join(msgspec.json.encode(one) + b"\n" for one in self.series))

    def of(self, case: Case, chosen: Mapping[str, Any]) -> Series | None:
        """The series of a case whose sources are those of now."""
        wanted = digest(case, chosen)
        return next((one for one in self.series if one.sources == wanted), None)

    def measured(self, case: Case, chosen: Mapping[str, Any]) -> set[int]:
        """The seeds that need not be run again."""
        series = self.of(case, chosen)
        return {run.seed for run in series.runs if run.error is None} if series else set()

    def add(self, case: Case, chosen: Mapping[str, Any], result: Result) -> None:
        """Take in a run; a series of the same experiment and data from other sources is replaced."""
        series = self.of(case, chosen)
        if series is None:
            series = _begun(case, chosen, result)
            self.series = [one for one in self.series if _key(one) != _key(series)] + [series]
            self.series.sort(key=_key)
        is_told = bool(result.outcome) and series.data == "bundled"
        if is_told and not series.evidence:
            series.variants, series.evidence = list(result.losses), result.evidence
        run = Measured(
            seed=result.seed,
            outcome=result.outcome or None,
            finding=result.finding if is_told else "",
            compared=result.compared,
            seconds=round(result.seconds, 2),
            on=date.today(),
            error=result.error,
        )
        series.runs = sorted([*(one for one in series.runs if one.seed != run.seed), run], key=_seed)


def digest(case: Case, chosen: Mapping[str, Any]) -> str:
    """What decides the outcome, as a SHA-256: page, experiment, settings, model and data."""
    hashed = hashlib.sha256(LOOP.read_bytes())
    hashed.update(case.trial.source.encode())
    for text in plan(case.trial, case.settings, {"seed": 0}).pages.values():
        hashed.update(text.encode())
    settings = {**case.settings, **{name: value for name, value in chosen.items() if name != "seed"}}
    places = [sources.BUNDLED / "metric"]
    for name, bundled in (("model", "model"), ("data", "corpus")):
        wanted = str(settings.pop(name, "bundled"))
        folder = sources.BUNDLED / bundled if wanted == "bundled" else Path(wanted).expanduser()
        places += [folder] if folder.is_dir() else []
        hashed.update(b"" if folder.is_dir() else wanted.encode())
    hashed.update(msgspec.json.encode(sorted(settings.items())))
    for folder in places:
        for file in sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix in _READ):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()


_READ = {".py", ".csv", ".json", ".jsonl", ".parquet", ".safetensors", ".txt"}


def _begun(case: Case, chosen: Mapping[str, Any], result: Result) -> Series:
    return Series(
        experiment=case.trial.name,
        settings=dict(case.settings),
        model=_name(result.settings["model"]),
        data=_name(result.settings["data"]),
        sources=digest(case, chosen),
        processor=_processor(),
        libraries=result.libraries,
    )


def _name(source: str) -> str:
    """A model's or data set's name; of a folder its last part, which says nothing of a machine."""
    folder = Path(source).expanduser()
    return folder.resolve().name if folder.is_dir() else source


def _processor() -> str:
    """What the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _key(series: Series) -> tuple[str, str, str, bytes]:
    settings = msgspec.json.encode(sorted(series.settings.items()))
    return series.data, series.experiment, series.model, settings


def _seed(run: Measured) -> int:
    return run.seed


def _margin(apart: list[float]) -> float:
    spread = stdev(apart)
    return abs(fmean(apart)) / spread if spread else float("inf")
