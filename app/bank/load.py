"""Files to a bank: every good question, and every problem with its place."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from app.bank import cache, packs
from app.bank.packs import Pack
from app.bank.problems import Place, Problem, problem_at
from app.bank.reader import Document, Path_, Unreadable, read_bytes
from app.bank.schema import Id, Named, Question, unfold
from app.bank.shape import MOST, describe, misfits
from experiments.engine import catalog
from experiments.engine.near import nearest

_DERIVED = {"topic", "pack"}
_MOST_HINTS = 500
"""Problems after which no nearest name is looked for: something larger is wrong."""


@dataclass(frozen=True)
class Origin:
    """Where a question was written: its file, and which of the file's questions it is."""

    file: Path
    index: int


@dataclass
class Bank:
    """Questions that can be asked, in order, and what is wrong with the files that they came from."""

    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    by_id: dict[str, Question] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def find(self, name: str) -> Question | None:
        """The question with this id or, in viva's own bank first, this number."""
        if name in self.by_id or not name.isdecimal():
            return self.by_id.get(name)
        return next((question for question in self.questions if question.number == int(name)), None)

    def place(self, question: str, *path: str | int, key: bool = False) -> Place:
        """Where a question, or a part of it, stands in its file, as the file is now."""
        return Places().at(self.origins[question], *path, key=key)


class Places:
    """Finds places in files, reading each file once more where one is asked for."""

    def __init__(self) -> None:
        self._documents: dict[Path, Document | None] = {}

    def at(self, origin: Origin, *path: str | int, key: bool = False) -> Place:
        """The place of a part of a question, or of that part's key."""
        document = self.document(origin.file)
        return (
            document.at(("questions", origin.index, *path), key=key) if document else Place(str(origin.file))
        )

    def document(self, file: Path) -> Document | None:
        """The file with its marks; None where it cannot be read any more."""
        if file not in self._documents:
            try:
                self._documents[file] = Document(str(file), read_bytes(file), marks=True)
            except Unreadable:
                self._documents[file] = None
        return self._documents[file]


def load(paths: Iterable[Path]) -> Bank:
    """The bank in these files and folders. Never raises for what is in them; see `Bank.problems`.

    Questions outside viva's own bank have ids of the form `pack/id`. In order: viva's own by
    number, then pack by pack; what has no number comes after what has one.
    """
    with _no_collection():
        bank, places = Bank(), Places()
        for pack in _distinct(paths, bank):
            for file in packs.files(pack.path):
                if file not in bank.files:
                    bank.files.append(file)
                    _add(bank, places, file, *_questions(file, pack.name))
        bank.questions = in_order(bank.questions)
        _tell_shared_numbers(bank, places)
        _resolve_references(bank, places)
        bank.by_id = {question.id: question for question in bank.questions}
    return bank


def in_order(questions: list[Question]) -> list[Question]:
    """viva's own by number, then pack by pack; what has no number stays in its file's order at the end."""
    place = {name: index for index, name in enumerate(dict.fromkeys(q.pack for q in questions))}
    return sorted(questions, key=lambda q: (q.pack is not None, place[q.pack], q.number or 2**63))


def _distinct(paths: Iterable[Path], bank: Bank) -> Iterator[Pack]:
    """The packs of the paths; of two different ones with the same name, the first."""
    seen: dict[str | None, Path] = {}
    for path in paths:
        pack = packs.of(path)
        if not path.exists():
            place = Place(str(path))
            bank.problems.append(
                problem_at(place, "unreadable", "nothing there", "a file or folder of questions")
            )
        elif pack.name is None or _within(path.resolve(), seen.setdefault(pack.name, path.resolve())):
            yield pack
        else:
            where = f"the pack {pack.name!r} a second time"
            hint = f"the first is {seen[pack.name]}; rename one"
            bank.problems.append(
                problem_at(Place(str(path)), "duplicate-pack", where, "one of a name", hint=hint)
            )


def _within(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _questions(file: Path, pack: str | None) -> tuple[list[Question], list[int], list[Problem]]:
    """A file's questions, which of its entries they are, and its problems."""
    try:
        content = read_bytes(file)
        key = cache.digest(content, pack)
        if (kept := cache.get(file, key)) is not None:
            return kept, list(range(len(kept))), []
        document = Document(str(file), content)
    except Unreadable as error:
        return [], [], [error.problem]
    if document.problems:
        document.at()  # reads once more with marks, so that the problems name the first place too
    questions, indices, problems = _entries(document, pack)
    problems = [*document.problems, *problems]
    if not problems:
        cache.put(file, key, questions)
    return questions, indices, problems


def _entries(document: Document, pack: str | None) -> tuple[list[Question], list[int], list[Problem]]:
    questions: list[Question] = []
    indices: list[int] = []
    topic, raws, problems = _top(document)
    for index, raw in enumerate(raws):
        try:
            questions.append(_question(raw, topic, pack))
            indices.append(index)
        except msgspec.ValidationError as error:
            path: Path_ = ("questions", index)
            found = misfits(document, path, raw)
            problems += found or [problem_at(document.at(path), "type", describe(raw), str(error))]
            if len(problems) >= MOST:
                rest = f"{MOST} problems and perhaps more after this place"
                problems.append(problem_at(document.at(path), "more", rest, "fewer; mend these first"))
                break
    return questions, indices, problems


def _top(document: Document) -> tuple[str, list[Any], list[Problem]]:
    """A file's topic and its raw questions, and what is wrong around them."""
    data = document.data
    problems = []

    def wrong(
        rule: str, path: Path_, found: str, expected: str, key: bool = False, hint: str | None = None
    ) -> None:
        problems.append(problem_at(document.at(path, key=key), rule, found, expected, hint=hint))

    if not isinstance(data, dict):
        what = describe(data) if document.text.strip() else "an empty file"
        wrong("type", (), what, "a mapping with topic and questions")
        return "", [], problems
    for name in [name for name in data if name not in ("topic", "questions")][:MOST]:
        hint = nearest(name, ("topic", "questions"))
        wrong("unknown-field", (name,), f"the field {name[:80]!r}", "topic or questions", True, hint)
    topic, questions = data.get("topic"), data.get("questions")
    for name in ("topic", "questions"):
        if name not in data:
            wrong("missing-field", (), f"no {name!r}", f"the field {name!r}")
    if "topic" in data and not (isinstance(topic, str) and topic.strip()):
        wrong("type", ("topic",), describe(topic), "text")
    if "questions" in data and not isinstance(questions, list):
        wrong("type", ("questions",), describe(questions), "a list of questions")
    topic = topic if isinstance(topic, str) else str(topic or "")
    return topic, questions if isinstance(questions, list) else [], problems


def _question(raw: Any, topic: str, pack: str | None) -> Question:
    """The typed question. Raises msgspec.ValidationError, with nothing of use about the place."""
    if not isinstance(raw, dict) or raw.keys() & _DERIVED:
        raise msgspec.ValidationError("a question")
    experiment = raw.get("experiment")
    if isinstance(experiment, dict) and (
        "kind" in experiment or ("variants" in experiment and "name" in experiment)
    ):
        raise msgspec.ValidationError("an experiment")
    msgspec.convert(raw.get("id"), Id)
    own = raw["id"]
    name = f"{pack}/{own}" if pack else own
    raw = {**unfold(raw), "id": name, "topic": topic, "pack": pack}
    experiment = raw.get("experiment")
    if isinstance(experiment, dict) and experiment["kind"] == "inline":
        experiment["name"] = name
    return msgspec.convert(raw, Question)


def _add(
    bank: Bank,
    places: Places,
    file: Path,
    questions: list[Question],
    indices: list[int],
    problems: list[Problem],
) -> None:
    """Take in a file's questions, all but those whose id is taken."""
    bank.problems += problems
    for question, index in zip(questions, indices, strict=True):
        origin = Origin(file, index)
        if first := bank.origins.get(question.id):
            bank.problems.append(_duplicate_problem(places, origin, first, "id", repr(question.id)))
            continue
        bank.origins[question.id] = origin
        bank.questions.append(question)


def _duplicate_problem(places: Places, origin: Origin, first: Origin, name: str, value: str) -> Problem:
    """The problem of an id or a number that another question has."""
    there = places.at(first, name)
    hint = f"the first is at {there.file}:{there.line}:{there.column}"
    found = f"the {name} {value} a second time"
    return problem_at(places.at(origin, name), f"duplicate-{name}", found, f"{name}s that differ", hint=hint)


def _tell_shared_numbers(bank: Bank, places: Places) -> None:
    """Tell numbers that two questions of one pack have."""
    seen = dict[tuple[str | None, int], Origin]()
    for question in bank.questions:
        if question.number is not None:
            origin = bank.origins[question.id]
            first = seen.setdefault((question.pack, question.number), origin)
            if first is not origin:
                bank.problems.append(
                    _duplicate_problem(places, origin, first, "number", str(question.number))
                )


def _resolve_references(bank: Bank, places: Places) -> None:
    """Resolve what questions refer to; a reference that leads nowhere is told and left out.

    Where a whole file could not be read, only that is told: what is missed may be in it.
    """
    known = catalog.names()
    ids = [id.rpartition("/")[2] for id in bank.origins]

    def unknown(rule: str, place: Place, what: str, name: str, expected: str, names: list[str]) -> None:
        hint = nearest(name, names) if len(bank.problems) < _MOST_HINTS else None
        bank.problems.append(problem_at(place, rule, f"the {what} {name[:80]!r}", expected, hint=hint))

    lost = {problem.file for problem in bank.problems} - {str(place.file) for place in bank.origins.values()}
    for at, question in enumerate(bank.questions):
        origin, experiment = bank.origins[question.id], question.experiment
        if isinstance(experiment, Named) and experiment.name not in known:
            place = places.at(origin, "experiment", "name")
            expected = "one of viva's experiments"
            unknown("unknown-experiment", place, "experiment", experiment.name, expected, known)
        if question.pack is None and all(map(bank.origins.__contains__, question.follow_ups)):
            continue
        resolved = [_resolve(bank, question.pack, name) for name in question.follow_ups]
        for index, name in enumerate(question.follow_ups):
            if resolved[index] is None and not lost:
                place = places.at(origin, "follow_ups", index)
                unknown("dangling-follow-up", place, "follow-up", name, "a question's id", ids)
        good = [name for name in resolved if name]
        if good != question.follow_ups:
            bank.questions[at] = msgspec.structs.replace(question, follow_ups=good)


def _resolve(bank: Bank, pack: str | None, name: str) -> str | None:
    """The full id of a question named in a pack: one of the pack's own, or else any that there is."""
    inside = f"{pack}/{name}" if pack else name
    return inside if inside in bank.origins else name if name in bank.origins else None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Many small objects are made and none dropped: the garbage collector would only look them all over."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
