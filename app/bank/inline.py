"""Experiments written in YAML: their check, and their way to a Trial."""

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import msgspec

from app.bank.comparison import BadComparison, Comparison, Measured, parse, parse_measured, shown
from app.bank.content import content_hash
from app.bank.problems import Place, Problem, listed, problem_at
from app.bank.schema import Inline, Question
from app.text import UNSEEN
from experiments.engine import measures, page, settings
from experiments.engine.experiment import Edit, Experiment, Trial, Variant
from experiments.engine.near import nearest
from experiments.engine.outcome import Compared, Outcome, Table
from experiments.engine.runs import Run

MOST_EDITED = 20_000
"""Characters that an edit may bring."""

_BRACES = re.compile(r"\{([^{}]*)\}")

At = Callable[..., Place]
"""Gives the place of a part of the question, from the keys that lead to it."""


class InlineError(ValueError):
    """An experiment in YAML that cannot run as it stands. Carries its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def compile(question: Question) -> Trial:
    """A question's own experiment, ready to run under the question's id.

    Compiling runs nothing of it. Raises InlineError. Edits from outside viva's own bank make it foreign.
    """
    inline = question.experiment
    if not isinstance(inline, Inline):
        raise TypeError(f"{question.id} has no experiment of its own")
    if wrong := [
        found for found in check(inline, lambda *path, **_: Place(question.id)) if found.severity == "error"
    ]:
        raise InlineError(wrong)
    experiment = Experiment(
        variants=inline.variants,
        outcomes=inline.outcomes,
        watch=inline.watch,
        settings=inline.set,
        interleaved=inline.interleaved,
    )
    foreign = partial(content_hash, inline) if question.pack is not None and inline.has_edits else None
    return Trial(
        name=question.id,
        title=question.title,
        experiment=experiment,
        decide=partial(decide, inline),
        source=msgspec.json.encode(inline.decide).decode(),
        foreign=foreign,
    )


def decide(inline: Inline, runs: Mapping[str, Run]) -> Outcome:
    """The outcome of the first rule that holds, in a sentence with the runs' own numbers.

    It was compared with what another outcome would have asked for, and with what this rule asks for.
    """
    told: list[str] = []
    measured: list[Measured] = []
    failed: list[tuple[str, dict[str, Compared]]] = []
    for rule in inline.decide:
        comparisons = parse(rule.when, inline.variants) if rule.when else []
        measured += [side for comparison in comparisons for side in comparison.measured]
        asked: dict[str, Compared] = {}
        for comparison in comparisons:
            asked |= comparison.compared(runs)
        name = rule.outcome or rule.otherwise or ""
        if all(comparison.holds(runs) for comparison in comparisons):
            words = [comparison.told(runs) for comparison in comparisons] or told
            sentence = _filled(rule.finding, inline, runs) if rule.finding else _sentence(words)
            evidence = _evidence(inline, measured, runs)
            against = {key: one for other, found in failed if other != name for key, one in found.items()}
            return Outcome(name, sentence, evidence, against | asked)
        failed.append((name, asked))
        told += [comparison.told(runs) for comparison in comparisons]
    raise InlineError([])  # the last rule, `otherwise`, has nothing to hold


def _sentence(parts: list[str]) -> str:
    text = "; ".join(dict.fromkeys(parts))
    return f"{text[:1].upper()}{text[1:]}." if text else "Nothing was compared."


def _filled(template: str, inline: Inline, runs: Mapping[str, Run]) -> str:
    return _BRACES.sub(
        lambda found: shown(parse_measured(found.group(1), inline.variants).of(runs)), template
    )


def _evidence(inline: Inline, measured: list[Measured], runs: Mapping[str, Run]) -> Table:
    """What is watched and what was compared, by variant; None for a number that is not finite."""
    table: dict[str, dict[str, float | str | None]] = {}
    for name in inline.watch:
        table[name] = {variant: _finite(run.value(name)) for variant, run in runs.items()}
    for measure in dict.fromkeys(side.measure for side in measured):
        if measures.compared()[measure].name not in table:
            table[measure] = {variant: _finite(Measured(measure, variant).of(runs)) for variant in runs}
    return table


def _finite(value: float | str | None) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# What is wrong with it


def check(inline: Inline, at: At) -> list[Problem]:
    """Everything that keeps an experiment from running, or a person from believing it."""
    return [
        *settings_problems(inline.set, partial(at, "experiment", "set")),
        *_watch_problems(inline, at),
        *(problem for name in inline.variants for problem in _variant_problems(inline, name, at)),
        *_rule_problems(inline, at),
    ]


def settings_problems(values: Mapping[str, object], at: At) -> Iterator[Problem]:
    """Settings that do not exist or are out of bounds."""
    for name, value in values.items():
        try:
            settings.build({name: value})
        except settings.SettingsError as error:
            found, _, expected = str(error).partition(": expected ")
            if expected:
                yield problem_at(at(name), "setting", found[:200], expected)
            else:
                hint = nearest(name, (*settings.NAMES, *settings.ALIASES))
                found, known = f"the setting {name[:80]!r}", listed(settings.NAMES)
                yield problem_at(at(name, key=True), "setting", found, known, hint=hint)


def _watch_problems(inline: Inline, at: At) -> Iterator[Problem]:
    for index, name in enumerate(inline.watch):
        if name not in (known := measures.watched()):
            place = at("experiment", "watch", index)
            yield problem_at(place, "watch", repr(name[:80]), listed(known), hint=nearest(name, known))


def _variant_problems(inline: Inline, name: str, at: At) -> Iterator[Problem]:
    variant, here = inline.variants[name], partial(at, "experiment", "variants", name)
    if name != name.strip() or not name.isprintable() or not name:
        yield problem_at(
            here(key=True), "variant", repr(name[:80]), "a name without odd spaces or characters"
        )
    own = settings.OF_A_VARIANT
    whole = [key for key in variant.set if settings.ALIASES.get(key, key) not in own]
    for key in whole:
        hint = "set it for the whole experiment" if key in settings.NAMES else nearest(key, own)
        found = f"the setting {key[:80]!r}"
        yield problem_at(here("set", key, key=True), "setting", found, listed(own), hint=hint)
    yield from settings_problems(
        {key: value for key, value in variant.set.items() if key not in whole}, partial(here, "set")
    )
    text = _page(inline, variant)
    for index, edit in enumerate(variant.edits):
        if problem := _edit_problem(edit, text, partial(here, "edits", index)):
            yield problem
            return
        text = text.replace(edit.old, edit.new)
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = here("edits", len(variant.edits) - 1, "new") if variant.edits else here()
        found = str(error)[:200] or "nesting too deep"
        if isinstance(error, SyntaxError):
            found = f"{error.msg} on line {error.lineno} of the edited page"
        yield problem_at(where, "edit", found, "edits that leave valid Python")


def _edit_problem(edit: Edit, text: str, at: At) -> Problem | None:
    """What keeps an edit from being made to this text, or a person from seeing what it does."""
    count = text.count(edit.old)
    if count != 1:
        found = "text that does not stand on the page" if not count else f"text that stands {count} times"
        hint = "copy it from the page, spaces included" if not count else "take in more of what is around it"
        return problem_at(at("old"), "edit", found, "text that stands once on it", hint=hint)
    if len(edit.new) > MOST_EDITED:
        return problem_at(at("new"), "edit", f"{len(edit.new):,} characters", f"at most {MOST_EDITED:,}")
    if hidden := UNSEEN.search(edit.new):
        found = f"the character U+{ord(hidden.group()):04X}, which does not show"
        return problem_at(at("new"), "edit", found, "code that looks as it is")
    return None


def _page(inline: Inline, variant: Variant) -> str:
    """The page that a variant's edits are made to, with its settings on it."""
    try:
        used = settings.build(inline.set, variant.set)
    except settings.SettingsError:  # a problem of its own
        used = settings.Settings()
    return page.set_knobs(page.loop(), {name: getattr(used, name) for name in settings.OF_A_VARIANT})


def _rule_problems(inline: Inline, at: At) -> Iterator[Problem]:
    reached = set()
    last = len(inline.decide) - 1
    for index, rule in enumerate(inline.decide):
        here = partial(at, "experiment", "decide", index)
        ends = rule.otherwise is not None
        if ends == (rule.when is not None or rule.outcome is not None) or (
            not ends and not (rule.when and rule.outcome)
        ):
            yield problem_at(here(), "rule", "neither form of a rule", "`when` and `outcome`, or `otherwise`")
        elif ends != (index == last):
            found = "`otherwise` before the last rule" if ends else "no `otherwise` as the last rule"
            yield problem_at(here(), "rule", found, "`otherwise` in the last rule and only there")
        outcome = rule.otherwise if ends else rule.outcome
        reached.add(outcome)
        if outcome is not None and outcome not in inline.outcomes:
            place = here("otherwise" if ends else "outcome")
            hint = nearest(outcome, inline.outcomes)
            yield problem_at(
                place, "outcome", f"the outcome {outcome[:80]!r}", listed(inline.outcomes), hint=hint
            )
        if rule.when:
            yield from _grammar(rule.when, inline, here("when"), parse)
        for braces in _BRACES.finditer(rule.finding or ""):
            yield from _grammar(braces.group(1), inline, here("finding"), parse_measured)
    for name in inline.outcomes:
        if name not in reached:
            place = at("experiment", "outcomes", name, key=True)
            found = f"the outcome {name[:80]!r}, which no rule comes to"
            yield problem_at(place, "outcome", found, "a rule for it", severity="warning")


def _grammar(
    text: str,
    inline: Inline,
    place: Place,
    parser: Callable[[str, Mapping[str, Variant]], Comparison | object],
) -> Iterator[Problem]:
    """What a text has that the grammar has not, at its own column where the line shows the text as it is."""
    try:
        parser(text, inline.variants)
    except BadComparison as error:
        start = place.text.find(text, place.column - 1)
        if start >= 0:
            place = msgspec.structs.replace(place, column=start + error.offset + 1, length=1)
        yield problem_at(place, "comparison", error.found, error.expected, hint=error.hint)
