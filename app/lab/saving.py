"""A page edited by hand, kept: as a question with its own experiment, or as an experiment module."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from app.bank.content import content_hash
from app.bank.load import load
from app.bank.schema import Inline
from app.files import home
from app.lab.plan import Plan
from experiments.engine import Edit, page

WORSE = "final_loss of {edited} > 1.1 × final_loss of {baseline}"
OUTCOMES = {
    "worse": "The loss ends more than a tenth higher.",
    "not worse": "The loss ends no higher than that.",
}


def edits_between(before: str, after: str) -> list[Edit]:
    """Edits that turn one page into the other, each old text standing exactly once on `before`.

    What is not unique, or only added, takes unchanged lines around it along. Raises PageError where the
    pages cannot be told apart in that way.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    spans = [[a, b, c, d] for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    edits = []
    for span in _widened(spans, old, before):
        a, b, c, d = span
        edits.append(Edit("".join(old[a:b]), "".join(new[c:d])))
    if page.apply(before, edits) != after:
        raise page.PageError("these changes cannot be written as edits; change fewer lines at a time")
    return edits


def _widened(spans: list[list[int]], old: Sequence[str], text: str) -> list[list[int]]:
    """The spans with as many lines around them as make their old text unique; touching ones become one."""
    done: list[list[int]] = []
    for a, b, c, d in spans:
        while a == b or text.count("".join(old[a:b])) != 1:
            if a > 0:
                a, c = a - 1, c - 1
            elif b < len(old):
                b, d = b + 1, d + 1
            else:
                break
        if done and a <= done[-1][1]:
            done[-1] = [done[-1][0], b, done[-1][2], d]
        else:
            done.append([a, b, c, d])
    return done


def save_question(plan: Plan, edited: str, question_id: str, text: str) -> tuple[Path, str]:
    """Write a question with this edit into the pack `mine`. Gives its path and the hash to trust.

    Raises PageError or OSError; nothing that is there is overwritten.
    """
    edits = edits_between(plan.pages[plan.baseline], plan.pages[edited])
    worse = {"when": WORSE.format(edited=edited, baseline=plan.baseline), "outcome": "worse"}
    experiment: dict[str, Any] = {
        "variants": {plan.baseline: [], edited: msgspec.to_builtins(edits)},
        "set": _changed_settings(plan),
        "outcomes": dict(OUTCOMES),
        "decide": [worse, {"otherwise": "not worse"}],
    }
    question = {
        "id": question_id,
        "level": "advanced",
        "question": text,
        "answer": "Write here what happens, and why.\n",
        "key_points": [{"point": "what happens", "any": ["what happens"], "hint": "What does the run show?"}],
        "experiment": experiment,
        "predict": {"worse": "The loss ends higher", "not worse": "It ends no higher"},
    }
    path = _free(home() / "packs" / "mine" / f"{question_id}.yaml")
    file = {"topic": "My own", "questions": [question]}
    content = yaml.safe_dump(file, sort_keys=False, allow_unicode=True)
    path.write_text(content, encoding="utf-8")
    (saved,) = load([path]).questions
    assert isinstance(saved.experiment, Inline)
    return path, content_hash(saved.experiment)


def save_module(plan: Plan, edited: str, name: str) -> Path:
    """Write the edit as an experiment module, to be put beside the page. Raises PageError or OSError."""
    edits = edits_between(plan.pages[plan.baseline], plan.pages[edited])
    written = "\n".join(f"            Edit({edit.old!r}, {edit.new!r})," for edit in edits)
    text = f'''"""What does this change of the page do?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

experiment = Experiment(
    variants={{
        {plan.baseline!r}: [],
        {edited!r}: [
{written}
        ],
    }},
    outcomes={OUTCOMES!r},
    settings={_changed_settings(plan)!r},
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    before, after = runs[{plan.baseline!r}], runs[{edited!r}]
    name = "worse" if after.final_loss > 1.1 * before.final_loss else "not worse"
    return Outcome(name, f"The loss ended at {{after.final_loss:.3f}}; before, {{before.final_loss:.3f}}.")
'''
    path = _free(home() / "experiments" / f"{name}.py")
    path.write_text(text, encoding="utf-8")
    return path


def _changed_settings(plan: Plan) -> dict[str, Any]:
    """The settings that differ from the defaults; of the baseline, which the edit was made to."""
    used = msgspec.to_builtins(plan.settings_of(plan.baseline))
    defaults = msgspec.to_builtins(type(plan.settings)())
    return {name: value for name, value in used.items() if value != defaults[name]}


def _free(path: Path) -> Path:
    """The path, or the same with a number where something has that name already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, free = 2, path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
