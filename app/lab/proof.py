"""From a question or an experiment's name to a plan; the one gate that untrusted edits have to pass."""

from collections.abc import Callable, Mapping
from typing import Any

from app.bank import inline
from app.bank.schema import Inline, Named, Question
from app.lab.plan import Plan, plan
from experiments.engine import catalog
from experiments.engine.experiment import Trial


class NeedsConsent(Exception):
    """The question brings code that nobody here has said yes to yet.

    content_hash: what a yes is remembered by; diffs: each variant's edits, to be seen before.
    """

    def __init__(self, question: Question, content_hash: str, diffs: Mapping[str, str]) -> None:
        super().__init__(f"{question.id} changes the page with code from outside viva's own bank")
        self.question = question
        self.content_hash = content_hash
        self.diffs = diffs


def plan_named(name: str, chosen: Mapping[str, Any]) -> Plan:
    """The plan of one of viva's own experiments.

    Raises UnknownExperiment, SettingsError, SourceError or PageError.
    """
    return plan(catalog.find(name), chosen)


def plan_question(question: Question, chosen: Mapping[str, Any], trusted: Callable[[str], bool]) -> Plan:
    """The plan of a question's experiment. `trusted` knows the content hashes that had a yes.

    Raises NeedsConsent before anything of a foreign edit can run, ValueError where the question has no
    experiment, and what `plan_named` raises.
    """
    asked = question.experiment
    if asked is None:
        raise ValueError(f"question {question.id} has no experiment")
    if isinstance(asked, Inline) and not inline.may_run(question, trusted):
        raise NeedsConsent(question, inline.content_hash(asked) or "", inline.diffs(asked))
    return plan(trial_of(question), asked.set if isinstance(asked, Named) else {}, chosen)


def trial_of(question: Question) -> Trial:
    """The experiment of a question, to be looked at. Running it goes through `plan_question`."""
    asked = question.experiment
    if isinstance(asked, Inline):
        return inline.compile(question)
    if asked is None:
        raise ValueError(f"question {question.id} has no experiment")
    return catalog.find(asked.name)
