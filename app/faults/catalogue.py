"""The faults, decoys and wordings that cases are made of: their YAML, its loading and its check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

import app
from app.bank.problems import Problem, problem_at
from app.bank.reader import Document, Path_, Unreadable, read_bytes
from app.bank.schema import Id, KeyPoint, Text
from app.bank.shape import misfits_of
from experiments.engine import Edit, catalog, page
from experiments.engine.near import nearest

OWN = Path(app.__file__).resolve().parent.parent / "faults"
"""viva's own faults, in a checkout as in an installed package."""

Level = Literal["basic", "intermediate", "advanced"]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A change of the page: edits of its own, or those of an experiment's variant."""

    id: Id
    edits: Annotated[list[Edit], Meta(max_length=50, description="Changes of the page, in their order.")] = []
    experiment: Annotated[Text | None, Meta(description="The experiment that has it.")] = None
    variant: Annotated[Text | None, Meta(description="Its variant whose edits are meant.")] = None

    def made(self) -> Sequence[Edit]:
        """The edits. Raises UnknownExperiment, or KeyError for a variant that is not there."""
        if self.experiment is None or self.variant is None:
            return self.edits
        experiment = catalog.find(self.experiment).experiment
        if self.variant not in experiment.variants:
            raise KeyError(self.variant)
        return experiment.variant(self.variant).edits


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """What is told of a fault: first the symptom, at the end the cause."""

    symptom: Annotated[Text, Meta(description="How a colleague would report it, without the cause.")]
    cause: Annotated[Text, Meta(description="What is wrong and why that gives the symptom.")]
    key_points: Annotated[
        list[KeyPoint], Meta(min_length=1, max_length=6, description="What a good accusation names.")
    ]


class Fault(Change, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A change that breaks the page."""

    level: Annotated[
        Level, Meta(description="basic: it raises; intermediate: it learns badly; advanced: it looks fine.")
    ]
    fault: Told
    question: Annotated[Text | None, Meta(description="The id of the question that it belongs to.")] = None


class Harmless(Change, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A change that keeps every loss and metric to the last bit; a decoy looks guilty, a wording does not."""

    why: Annotated[str, Meta(description="Why nothing changes.")] = ""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A file of the catalogue."""

    faults: list[Fault] = []
    decoys: list[Harmless] = []
    wordings: list[Harmless] = []


@dataclass(frozen=True)
class Catalogue:
    """What cases are drawn from, by id, in the order of the files."""

    faults: Mapping[str, Fault]
    decoys: Mapping[str, Harmless]
    wordings: Mapping[str, Harmless]


@cache
def catalogue() -> Catalogue:
    """viva's own. Raises ValueError with the first problem where a file cannot be used."""
    faults: dict[str, Fault] = {}
    decoys: dict[str, Harmless] = {}
    wordings: dict[str, Harmless] = {}
    for path in files():
        document = Document(str(path), read_bytes(path))
        if found := misfits_of(document, (), document.data, File):
            raise ValueError(str(found[0]))
        file = msgspec.convert(document.data, File)
        faults |= {one.id: one for one in file.faults}
        decoys |= {one.id: one for one in file.decoys}
        wordings |= {one.id: one for one in file.wordings}
    return Catalogue(faults, decoys, wordings)


def files() -> list[Path]:
    """The files of viva's own catalogue."""
    return sorted(OWN.glob("*.yaml"))


# What is wrong with a file ---------------------------------------------------------------------------


def check(paths: Sequence[Path], questions: Mapping[str, object]) -> list[Problem]:
    """Every problem of these files of faults. `questions`: those that a fault may belong to, by id."""
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            document = Document(str(path), read_bytes(path), marks=True)
        except Unreadable as error:
            problems.append(error.problem)
            continue
        problems += document.problems
        if found := misfits_of(document, (), document.data, File):
            problems += found
            continue
        problems += _file_problems(document, msgspec.convert(document.data, File), seen, questions)
    return problems


def _file_problems(
    document: Document, file: File, seen: dict[str, Path], questions: Mapping[str, object]
) -> Iterator[Problem]:
    groups: dict[str, Sequence[Change]] = {
        "faults": file.faults,
        "decoys": file.decoys,
        "wordings": file.wordings,
    }
    for name, changes in groups.items():
        for index, change in enumerate(changes):
            path = (name, index)
            if change.id in seen:
                place = document.at((*path, "id"))
                yield problem_at(place, "duplicate-id", f"the id {change.id!r} again", "an id of its own")
            seen[change.id] = Path(document.file)
            yield from _edit_problems(document, path, change)
            if isinstance(change, Fault):
                yield from _told_problems(document, path, change, questions)


def _edit_problems(document: Document, path: Path_, change: Change) -> Iterator[Problem]:
    if (change.experiment is None) != (change.variant is None) or (change.experiment is None) == (
        not change.edits
    ):
        place = document.at(path)
        yield problem_at(place, "edits", "no change, or two", "`edits`, or `experiment` and `variant`")
        return
    where = document.at((*path, "edits" if change.edits else "variant"))
    try:
        page.check_edits(change.made(), change.id)
    except page.PageError as error:
        yield problem_at(where, "edits", str(error), "edits that fit the page")
    except catalog.UnknownExperiment as error:
        yield problem_at(document.at((*path, "experiment")), "experiment", str(error), "one that there is")
    except KeyError:
        known = catalog.find(str(change.experiment)).experiment.variants
        hint = nearest(str(change.variant), known)
        yield problem_at(where, "variant", f"the variant {change.variant!r}", "one that there is", hint=hint)


def _told_problems(
    document: Document, path: Path_, fault: Fault, questions: Mapping[str, object]
) -> Iterator[Problem]:
    """The cause has to name each key point, the question has to be there."""
    from app.answers.grading import grade

    if fault.question is not None and fault.question not in questions:
        hint = nearest(fault.question, questions)
        place = document.at((*path, "question"))
        yield problem_at(
            place, "question", f"the question {fault.question!r}", "one that there is", hint=hint
        )
    points = fault.fault.key_points
    for index, result in enumerate(grade(fault.fault.cause, points).points):
        if not result.hit:
            place = document.at((*path, "fault", "key_points", index))
            found = f"the key point {result.point[:80]!r}, which the cause does not name"
            yield problem_at(place, "missed-key-point", found, "one that it names")
