"""What a case is worth: looks, wrong accusations and refused mends cost points, as time would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.answers.grading import Grade, grade
from app.faults.case import Case
from app.faults.catalogue import Fault
from app.format import count

FULL = 100
LOOKS: Mapping[str, int] = {"gradient norm": 5, "learning rate": 5, "a batch": 8, "the healthy curve": 20}
"""What there is to look at, and what it costs."""
REFUSED, WRONG_LINE, NOT_FOUND, NOT_NAMED, NOT_MENDED = 10, 5, 10, 10, 40
"""A mend refused, a line accused for nothing, a fault on no accused line, one not explained, no mend."""


@dataclass
class Play:
    """What a person has done with a case so far."""

    case: Case
    looked: list[str] = field(default_factory=list)
    accused: set[int] = field(default_factory=set)
    words: str = ""
    meant: dict[tuple[str, int], bool] = field(default_factory=dict)
    """What was said of a key point that was `perhaps` there: by fault and its index."""
    refused: int = 0
    mended: bool = False

    @property
    def so_far(self) -> int:
        """The points that are left before anything is revealed: it must not tell what was hit."""
        return max(0, FULL - sum(LOOKS[name] for name in self.looked) - REFUSED * self.refused)

    def look(self, name: str) -> None:
        """Look once; a second look at the same is free."""
        if name not in self.looked:
            self.looked.append(name)

    def accuse(self, line: int) -> None:
        """Accuse a line of the page, or take that back."""
        self.accused ^= {line}

    def graded(self, fault: Fault) -> Grade:
        """What was said, held against what is wrong."""
        found = grade(self.words, fault.fault.key_points)
        for (name, index), yes in self.meant.items():
            if name == fault.id and not found.points[index].hit:
                found = found.said(index, yes)
        return found

    def found(self, fault: Fault) -> bool:
        """Whether one of its lines was accused."""
        return bool(self.accused & self.case.lines[fault.id])

    def fault(self, name: str) -> Fault:
        """The fault of this case with that id."""
        return next(fault for fault in self.case.faults if fault.id == name)

    def named(self, fault: Fault) -> float:
        """The share of a fault's key points that was named."""
        graded = self.graded(fault)
        return len(graded.hits) / len(graded.points)

    def costs(self) -> list[tuple[str, int]]:
        """Everything that took points, once the case is over."""
        rows = [(f"looked at {name}", LOOKS[name]) for name in self.looked]
        if self.refused:
            rows.append((f"{count(self.refused, 'mend')} refused", REFUSED * self.refused))
        guilty = frozenset[int]().union(*self.case.lines.values())
        if innocent := len(self.accused - guilty):
            rows.append((f"{count(innocent, 'line')} accused for nothing", WRONG_LINE * innocent))
        for fault in self.case.faults:
            if not self.found(fault):
                rows.append((f"{fault.id}: its line was not accused", NOT_FOUND))
            points = self.graded(fault).points
            missed = [point for point in points if not point.hit]
            if cost := round(NOT_NAMED * len(missed) / len(points)):
                rows.append((f"{fault.id}: {len(missed)} of {len(points)} not named", cost))
        if not self.mended:
            rows.append(("not mended", NOT_MENDED))
        return rows

    @property
    def score(self) -> int:
        """The points once the case is over."""
        return max(0, FULL - sum(cost for _, cost in self.costs()))


def report(case: Case) -> Sequence[str]:
    """What a colleague tells of the page: the symptom, then the numbers of a recorded run."""
    run = case.recorded
    lines = [f"“{case.faults[0].fault.symptom}”" if len(case.faults) == 1 else f"“{_several(case)}”"]
    if run.raised is not None:
        kind, message, _ = run.raised
        lines.append(f"{kind}: {(message.strip() or kind).splitlines()[0]}")
        return lines
    losses = [value for value in run.loss if value is not None]
    told = [f"{count(len(losses), 'step')}, loss {losses[0]:.2f} → {losses[-1]:.2f}"] if losses else []
    told += [f"{name} {run.metrics[name]:.3f}" for name in ("accuracy", "f1") if name in run.metrics]
    lines.append(f"recorded: {', '.join(told) or 'no step was made'}")
    return lines


def _several(case: Case) -> str:
    number = {2: "Two", 3: "Three"}.get(len(case.faults), str(len(case.faults)))
    if case.recorded.raised:
        return f"It does not run any more. {number} things were changed at once, and each is wrong."
    return (
        f"{number} things were changed at once, and each is wrong. It runs, with other numbers than before."
    )
