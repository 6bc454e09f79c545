"""How well typed answers are graded: `python -m bench.grading` prints the figures by style.

The answers are those of `tests/study/own_words.yaml`, held against the bank that ships. Only their held-out
third counts; `--tune` measures the other two thirds instead and prints what was got wrong there.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from time import process_time

import yaml

from app.answers.grading import Grade, grade, suggest
from app.bank import OWN
from app.bank.load import load
from app.bank.schema import Question

ANSWERS = Path(__file__).parents[1] / "tests" / "study" / "own_words.yaml"
STYLES = ("own", "partial", "notes", "wrong", "mixed")
HONEST = STYLES[:3]
CALLED = {"+": "said", ".": "absent", "-": "false"}


@dataclass
class Tally:
    """Counts of one style: key points by (label, state), traps by (label, caught), rating errors."""

    points: dict[tuple[str, str], int] = field(default_factory=dict)
    traps: dict[tuple[str, bool], int] = field(default_factory=dict)
    errors: list[int] = field(default_factory=list)
    errors_when_asked: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    alarms: int = 0
    stale: int = 0

    def of(self, label: str, *states: str) -> int:
        return sum(self.points.get((label, state), 0) for state in states or ("named", "perhaps", "missed"))


def answers(held_out: bool) -> list[dict]:
    """The labelled questions, with their answers."""
    listed: list[dict] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    return [entry for entry in listed if entry["held_out"] is held_out]


def tally(entry: dict, question: Question, into: dict[str, Tally], told: list[str] | None = None) -> None:
    """Grade one question's answers. Labels of sentences that the bank no longer has are counted as stale."""
    points = {point.point: index for index, point in enumerate(question.key_points)}
    traps = set(question.traps)
    for answer in entry["answers"]:
        counts = into.setdefault(answer["style"], Tally())
        began = process_time()
        graded = grade(answer["text"], question.key_points, traps=question.traps)
        counts.seconds.append(process_time() - began)
        counts.alarms += bool(graded.wrong) and "-" not in answer["said"] and "+" not in answer["wrong"]
        caught = {wrong.trap for wrong in graded.wrong}
        current = []
        for sentence, label in zip(entry["points"], answer["said"], strict=True):
            if sentence not in points:
                counts.stale += 1
            elif label != "?":
                state = graded.points[points[sentence]].state
                current.append((label, state))
                counts.points[label, state] = counts.points.get((label, state), 0) + 1
                if told is not None and (label == "+") != (state == "named"):
                    result = graded.points[points[sentence]]
                    told.append(f"{CALLED[label]:6} {state:7} {entry['id']} | {sentence} | {result.phrasing}")
        for sentence, label in zip(entry["traps"], answer["wrong"], strict=True):
            if sentence not in traps:
                counts.stale += 1
            elif label != "?":
                key = (label, sentence in caught)
                counts.traps[key] = counts.traps.get(key, 0) + 1
                if told is not None and (label == "+") != key[1]:
                    told.append(f"{'trap' if label == '+' else 'no trap':14} {entry['id']} | {sentence}")
        if told is not None:
            told.append(f"    {answer['style']}: {answer['text']}")
        _rate(counts, current, graded, answer["wrong"].count("+"))


def _rate(counts: Tally, current: Sequence[tuple[str, str]], graded: Grade, wrong: int) -> None:
    """The suggested rating beside that of the labels, at once and after an honest answer to each perhaps."""
    if graded.suggested is None:
        return
    fair = suggest(sum(label == "+" for label, _ in current), len(current), wrong=wrong)
    asked = sum(state == "named" or (state == "perhaps" and label == "+") for label, state in current)
    later = suggest(asked, len(current), wrong=len(graded.wrong))
    counts.errors.append(abs(graded.suggested - (fair or 1)))
    counts.errors_when_asked.append(abs((later or 1) - (fair or 1)))


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def together(tallies: Iterable[Tally]) -> Tally:
    joined = Tally()
    for one in tallies:
        for key, count in one.points.items():
            joined.points[key] = joined.points.get(key, 0) + count
        for caught, count in one.traps.items():
            joined.traps[caught] = joined.traps.get(caught, 0) + count
        joined.errors += one.errors
        joined.errors_when_asked += one.errors_when_asked
        joined.seconds += one.seconds
        joined.alarms += one.alarms
        joined.stale += one.stale
    return joined


def row(name: str, counts: Tally) -> str:
    said, absent, false = counts.of("+"), counts.of("."), counts.of("-")
    credit = sum(counts.of(label, "named") for label in CALLED)
    told = sum(counts.traps.get((label, True), 0) for label in CALLED)
    asserted = counts.traps.get(("+", True), 0)
    cells = (
        share(counts.of("+", "named"), credit),
        share(counts.of("+", "named"), said),
        share(counts.of("+", "named", "perhaps"), said),
        share(counts.of(".", "named"), absent),
        share(counts.of(".", "perhaps"), absent),
        share(counts.of("-", "named"), false),
        share(asserted, asserted + counts.traps.get(("+", False), 0)),
        share(asserted, told),
        f"{mean(counts.errors):.2f}" if counts.errors else "–",
        f"{mean(counts.errors_when_asked):.2f}" if counts.errors_when_asked else "–",
    )
    return f"{name:9}" + "".join(f"{cell:>10}" for cell in cells)


HEADS = (
    "precise",
    "named",
    "+perhaps",
    "absent:n",
    "absent:p",
    "false:n",
    "traps",
    "…precise",
    "rating",
    "…asked",
)


def figures(held_out: bool, told: list[str] | None = None) -> dict[str, Tally]:
    """A tally for each style."""
    bank = {question.id: question for question in load([OWN]).questions}
    into: dict[str, Tally] = {}
    for entry in answers(held_out):
        if entry["id"] in bank:
            tally(entry, bank[entry["id"]], into, told)
    return into


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="measure the answers that are not held out")
    parser.add_argument("--misses", action="store_true", help="with --tune: print what was got wrong")
    given = parser.parse_args()
    told: list[str] | None = [] if given.tune and given.misses else None
    into = figures(not given.tune, told)
    count = sum(len(entry["answers"]) for entry in answers(not given.tune))
    print(*told or [], sep="\n")
    print(" " * 9 + "".join(f"{head:>10}" for head in HEADS))
    for style in STYLES:
        print(row(style, into[style]))
    print(row("honest", together(into[style] for style in HONEST)))
    print(row("all", together(into.values())))
    every, honest = together(into.values()), together(into[style] for style in HONEST)
    print(
        f"{count} answers; {honest.alarms} of {len(honest.seconds)} honest ones are told of something wrong\n"
        f"CPU time of one answer: {median(every.seconds) * 1000:.1f} ms in the median, "
        f"{mean(every.seconds) * 1000:.1f} ms in the mean, each question's first one included\n"
        f"{every.stale} labels are of sentences that the bank no longer has, and are left out"
    )


if __name__ == "__main__":
    main()
