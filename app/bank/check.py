"""Holds a bank against the page, the experiments and itself, as a compiler would."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec

from app.bank import OWN, claims, inline, packs
from app.bank.load import Bank, Origin, Places, load
from app.bank.problems import Place, Problem, listed, problem_at
from app.bank.schema import Inline, Named, Question
from app.text import UNSEEN, json_clean
from experiments.engine import catalog, page
from experiments.engine.near import nearest

PLACEHOLDER = "…"
"""What `viva new` puts where something is still to be written."""
MOST_COMPARED = 50_000_000
"""Characters of an answer times those of its phrasings: comparing these takes about a second."""
SCHEMA_LINE = "# yaml-language-server: $schema="

Run = Callable[[Question], str]
"""Runs a question's experiment and gives the outcome that it came to. Raises Untrusted."""


class Untrusted(Exception):
    """The question's edits are from outside viva's own bank, and nobody said yes to them."""


def check(paths: Iterable[Path], run: Run | None = None) -> list[Problem]:
    """Every problem of the files and folders, in the order of their places; nothing is run without `run`.

    Edits that `run` does not trust are a problem of their own.
    """
    given = list(paths)
    bank = load(dict.fromkeys(_whole(path) for path in given))
    wanted = {file.resolve() for path in given if path.exists() for file in packs.files(path)}
    places = Places()
    problems = [problem for problem in bank.problems if _is_among(problem.file, wanted, given)]
    for file in bank.files:
        if file.resolve() in wanted and file.resolve().is_relative_to(OWN):
            problems += _schema_line(file, places)
    told = claims.Claims(bank.questions)
    for question in bank.questions:
        origin = bank.origins[question.id]
        if origin.file.resolve() in wanted:
            problems += _question(question, origin, places)
            problems += claims.problems(question, told, partial(places.at, origin))
            if run:
                problems += _outcome(question, origin, places, run)
    if any(path.resolve() == OWN for path in given):
        problems += _unreached(bank)
    return in_order(problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems in the order of their places."""
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))


def as_json(problems: Sequence[Problem]) -> str:
    """The problems for programs: `{"errors": n, "warnings": n, "problems": [{file, line, column, …}]}`."""
    told = [
        {
            name: value
            for name, value in msgspec.to_builtins(problem).items()
            if name not in ("text", "length")
        }
        for problem in problems
    ]
    errors = sum(problem.severity == "error" for problem in problems)
    found = {"errors": errors, "warnings": len(told) - errors, "problems": told}
    return json_clean(json.dumps(found, ensure_ascii=False))


def exit_code(problems: Iterable[Problem]) -> int:
    """0 without errors, warnings or not; 2 for bad input; 1 where only a run did not confirm an answer."""
    rules = {problem.rule for problem in problems if problem.severity == "error"}
    return 2 if rules - {"outcome-of-run"} else 1 if rules else 0


def _whole(path: Path) -> Path:
    """What has to be loaded to judge a path: the whole of the bank or of the pack that it is a part of."""
    resolved = path.resolve()
    if resolved.is_relative_to(OWN):
        return OWN
    home = packs.home().resolve()
    if resolved.is_relative_to(home) and resolved != home:
        return home / resolved.relative_to(home).parts[0]
    return path


def _is_among(file: str, wanted: set[Path], given: list[Path]) -> bool:
    return Path(file).resolve() in wanted or Path(file) in given


def _question(question: Question, origin: Origin, places: Places) -> Iterator[Problem]:
    at = partial(places.at, origin)
    experiment = question.experiment
    yield from _unfinished(question, at)
    yield from _unseen(msgspec.to_builtins(question), at)
    if question.lines and not _stands(question.lines):
        found = f"{question.lines[:80]!r}, which does not stand on the page"
        yield problem_at(at("lines"), "dead-lines", found, "a piece of the page's text")
    outcomes: Mapping[str, str] | None = None
    if isinstance(experiment, Inline):
        outcomes = experiment.outcomes
        yield from inline.check(experiment, at)
    elif isinstance(experiment, Named):
        yield from inline.settings_problems(experiment.set, partial(at, "experiment", "set"))
        try:
            outcomes = catalog.find(experiment.name).experiment.outcomes
        except catalog.UnknownExperiment:
            pass  # told by the loading
        except Exception as error:
            found = f"the experiment {experiment.name!r}, which does not load ({error})"
            yield problem_at(at("experiment"), "experiment", found, "one that loads")
    yield from _predictions(question, outcomes, at)
    yield from _key_points(question, at)


@cache
def _stands(place: str) -> bool:
    """Whether a text stands on the page. Finding it parses the page, so every text is looked for once."""
    try:
        page.lines_of(place)
    except page.PageError:
        return False
    return True


def _unfinished(question: Question, at: inline.At) -> Iterator[Problem]:
    parts: list[tuple[tuple[str | int, ...], str]] = [
        (("question",), question.question),
        (("answer",), question.answer),
        *((("key_points", index, "point"), point.point) for index, point in enumerate(question.key_points)),
    ]
    for path, text in parts:
        if text.strip() == PLACEHOLDER:
            yield problem_at(at(*path), "unfinished", f"still {PLACEHOLDER!r}", "the text that belongs here")
    if question.id in question.follow_ups:
        place = at("follow_ups", question.follow_ups.index(question.id))
        yield problem_at(place, "dangling-follow-up", "the question itself", "another question's id")


def _unseen(value: object, at: inline.At, *path: str | int, key: bool = False) -> Iterator[Problem]:
    """Characters that steer a terminal or do not show; viva shows them as escapes."""
    if isinstance(value, str) and (found := UNSEEN.search(value)):
        what = f"the character U+{ord(found.group()):04X}, which does not show"
        yield problem_at(at(*path, key=key), "unseen", what, "text that looks as it is", severity="warning")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _unseen(name, at, *path, name, key=True)
            yield from _unseen(part, at, *path, name)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unseen(part, at, *path, index)


def _predictions(question: Question, outcomes: Mapping[str, str] | None, at: inline.At) -> Iterator[Problem]:
    """What is predicted or taught has to be an outcome, and every outcome has to be predictable."""
    if question.experiment is None and (question.predict or question.teaches):
        name = "predict" if question.predict else "teaches"
        yield problem_at(at(name, key=True), "predict", f"{name!r} without an experiment", "an experiment")
    if outcomes is None:
        return
    for name in question.predict:
        if name not in outcomes:
            place, hint = at("predict", name, key=True), nearest(name, outcomes)
            yield problem_at(place, "predict", f"the outcome {name[:80]!r}", listed(outcomes), hint=hint)
    if question.teaches is not None and question.teaches not in outcomes:
        found, hint = f"the outcome {question.teaches[:80]!r}", nearest(question.teaches, outcomes)
        yield problem_at(at("teaches"), "teaches", found, listed(outcomes), hint=hint)
    missing = [name for name in outcomes if name not in question.predict]
    if question.predict and missing:
        place, found = at("predict", key=True), f"no sentence for {listed(map(repr, missing))}"
        yield problem_at(place, "predict", found, "one for each outcome", severity="warning")


def _key_points(question: Question, at: inline.At) -> Iterator[Problem]:
    from app.answers.grading import grade

    said = sum(len(text) for point in question.key_points for text in (point.point, *point.any, *point.none))
    if said * len(question.answer) > MOST_COMPARED:
        found = f"{said:,} characters of phrasings for an answer of {len(question.answer):,}"
        yield problem_at(at("key_points"), "too-long", found, "fewer phrasings or a shorter answer")
        return
    results = grade(question.answer, question.key_points).points
    for index, (point, result) in enumerate(zip(question.key_points, results, strict=True)):
        if not result.hit:
            found = f"the key point {point.point[:80]!r}, which the answer does not name"
            hint = "add a phrasing of the answer to `any`, or name it there"
            yield problem_at(
                at("key_points", index), "missed-key-point", found, "one that it names", hint=hint
            )
        if not point.hint:
            found = f"no hint for {point.point[:80]!r}"
            place = at("key_points", index)
            yield problem_at(place, "missing-hint", found, "a hint that leads there", severity="warning")


def _outcome(question: Question, origin: Origin, places: Places, run: Run) -> Iterator[Problem]:
    """What the run came to, where it is not what the answer stands on."""
    if question.experiment is None:
        return
    place = places.at(origin, "teaches" if question.teaches else "experiment")
    try:
        outcome = run(question)
    except Untrusted:
        found, hint = "edits that nobody said yes to", "look at them and say yes, or pass --trust"
        yield problem_at(place, "untrusted", found, "edits that may run", hint=hint)
        return
    except inline.InlineError:
        return  # told already, at its place
    if question.teaches and outcome != question.teaches:
        found = f"the run's outcome {outcome!r}"
        yield problem_at(place, "outcome-of-run", found, f"{question.teaches!r}, which the answer stands on")
    elif question.predict and outcome not in question.predict:
        found = f"the run's outcome {outcome!r}"
        yield problem_at(
            place, "outcome-of-run", found, f"one that can be predicted: {listed(question.predict)}"
        )


def _schema_line(file: Path, places: Places) -> Iterator[Problem]:
    document = places.document(file)
    if document and not document.text.startswith(SCHEMA_LINE):
        expected = f"`{SCHEMA_LINE}schema.json`, so that editors check while one types"
        place = Place(str(file), text=document.text.split("\n", 1)[0])
        yield problem_at(place, "schema-line", "another first line", expected, severity="warning")


def _unreached(bank: Bank) -> Iterator[Problem]:
    """viva's own experiments that no question of its own bank leads to."""
    used = {question.experiment.name for question in bank.questions if question.experiment}
    for name in catalog.names():
        if name not in used:
            file = str(page.LOOP.parent / f"{name}.py")
            found = f"the experiment {name!r}, which no question names"
            yield problem_at(Place(file), "unreached", found, "a question for it", severity="warning")
