"""From a question or an experiment's name to a plan, with the yes that a plan of untrusted edits needs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.bank import inline
from app.bank.schema import Inline, Named, Question
from app.lab.plan import NeedsConsent, Plan, plan
from experiments.engine import catalog
from experiments.engine.experiment import Trial
from experiments.engine.page import PageError
from experiments.engine.settings import SettingsError
from experiments.engine.sources import SourceError

NOT_POSSIBLE = (catalog.UnknownExperiment, SettingsError, SourceError, PageError, ValueError)
"""What is raised where a question's experiment cannot be planned."""


def plan_question(question: Question, chosen: Mapping[str, Any], trusted: Callable[[str], bool]) -> Plan:
    """The plan of a question's experiment. `trusted` knows the content hashes that had a yes.

    Raises NeedsConsent where it brings code that had none, ValueError where the question has no experiment,
    and UnknownExperiment, SettingsError, SourceError or PageError.
    """
    trial, asked = trial_of(question), question.experiment
    return consented(plan(trial, asked.set if isinstance(asked, Named) else {}, chosen), trusted)


def consented(planned: Plan, trusted: Callable[[str], bool]) -> Plan:
    """The plan with the yes that it needs, if any. Raises NeedsConsent where there was none."""
    if planned.foreign is None:
        return planned
    content = planned.foreign()
    if not trusted(content):
        raise NeedsConsent(planned, content)
    return replace(planned, consent=content)


def trial_of(question: Question) -> Trial:
    """The experiment of a question. Raises ValueError where it has none, InlineError where it cannot run."""
    asked = question.experiment
    if isinstance(asked, Inline):
        return inline.compile(question)
    if asked is None:
        raise ValueError(f"question {question.id} has no experiment")
    return catalog.find(asked.name)
