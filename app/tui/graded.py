"""A graded answer as text: one's own words marked, what was named, asked about, missed, and wrong."""

from collections.abc import Sequence

from textual.content import Content

from app.answers.grading import Grade, State
from app.bank.schema import KeyPoint, Question
from app.tui.text import inline, plain

MARKS: dict[State, tuple[str, str]] = {
    "named": ("✓", "$text-success"),
    "perhaps": ("?", "$text-warning"),
    "missed": ("○", ""),
}


def marked(answer: str, graded: Grade) -> Content:
    """One's own words: those that named a key point underlined, those that are wrong struck out."""
    content = Content(answer)
    for start, end in graded.spans:
        content = content.stylize("bold underline $text-success", start, end)
    for wrong in graded.wrong:
        content = content.stylize("bold strike $text-error", *wrong.span)
    return content


def points(question: Question, graded: Grade | None) -> Content:
    """Every key point with its mark."""
    return points_of(question.key_points, graded)


def points_of(key_points: Sequence[KeyPoint], graded: Grade | None) -> Content:
    """Every one of these key points with its mark."""
    states: list[State] = [point.state for point in graded.points] if graded else []
    states += ["missed"] * (len(key_points) - len(states))
    rows = []
    for point, state in zip(key_points, states, strict=True):
        mark, style = MARKS[state]
        rows.append(plain(f"{mark} {point.point}", style))
    return Content("\n").join(rows)


def named(graded: Grade) -> Content:
    """What was named, and how much is missing, without saying what."""
    rows = [plain(f"✓ {point.point}", "$text-success") for point in graded.hits]
    return Content("\n").join([*rows, plain(f"{len(graded.hits)} of {len(graded.points)} named.")])


def wrong(answer: str, graded: Grade, run: str = "") -> Content:
    """What was said that is wrong, what is true, and the key that shows it where `run` names one."""
    rows = []
    for one in graded.wrong:
        said = " ".join(answer[slice(*one.span)].split())
        rows.append(Content.assemble(("✗ ", "bold $text-error"), plain(f"You wrote “{said}”.", "bold")))
        if one.trap:
            rows.append(Content.assemble("  That is a common mistake: ", inline(one.trap)))
        rows.append(Content.assemble("  In truth: ", inline(one.truth)))
    if rows and run:
        rows.append(plain(f"  Press {run} and see.", "bold"))
    return Content("\n").join(rows)


def perhaps(answer: str, graded: Grade) -> Content:
    """The first point to ask about, with the words in question; nothing where there is none."""
    if not graded.perhaps:
        return Content("")
    point = graded.points[graded.perhaps[0]]
    said = " ".join(answer[slice(*(point.span or (0, 0)))].split())
    return Content.assemble(
        plain(f"You wrote “{said}”. "),
        ("Did you say this?", "bold"),
        "\n  ",
        inline(point.point),
        ("  y / n", "bold"),
    )
