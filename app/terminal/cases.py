"""What `viva verify` runs: the experiments behind the questions, each once a set of settings."""

from collections.abc import Sequence
from dataclasses import replace

import click
import msgspec

from app.bank.load import Bank
from app.bank.schema import Inline, Question
from app.lab.plan import NeedsConsent, plan
from app.lab.proof import consented
from app.lab.verify import Case
from app.terminal.common import Refused, find_question, subject_of
from app.text import clean
from experiments.engine import catalog
from experiments.engine.near import nearest


def cases_for(names: Sequence[str], bank: Bank, trust: bool = False) -> list[Case]:
    """The cases behind these names, or behind all questions and experiments where there are none.

    Questions proven by one experiment with the same settings share a case. Edits from outside viva's own
    bank that nobody said yes to are refused where they were named, and left out with a word where not.
    """
    found: dict[bytes, Case] = {}
    for question in _questions(names, bank):
        if (case := _case(question, trust, named=bool(names))) is not None:
            key = msgspec.json.encode([case.trial.name, sorted(case.settings.items())])
            case = found.get(key, case)
            found[key] = replace(case, teaches={**case.teaches, question.id: question.teaches})
    proven = {case.trial.name for case in found.values()}
    wanted = [name for name in names or catalog.names() if name in catalog.names() and name not in proven]
    return [*found.values(), *(Case(catalog.find(name)) for name in wanted)]


def _questions(names: Sequence[str], bank: Bank) -> list[Question]:
    """The questions with something to run: those named, those of a named experiment, or all."""
    known = set(catalog.names())
    runnable = [
        question
        for question in bank.questions
        if isinstance(question.experiment, Inline)
        or (question.experiment and question.experiment.name in known)
    ]
    if not names:
        return runnable
    found: list[Question] = []
    for name in names:
        if name in known:
            found += [one for one in runnable if one.experiment is not None and one.experiment.name == name]
        elif bank.find(name) is None and not name.isdecimal():
            hint = nearest(name, [*known, *bank.by_id]) or "`viva list` has them all"
            raise Refused(f"no experiment and no question is called {name!r}; {hint}")
        else:
            question = find_question(bank, name)
            subject_of(question)
            found.append(question)
    return found


def _case(question: Question, trust: bool, named: bool) -> Case | None:
    """The case of a question, with the yes that it needs; None where there was none and it was not named."""
    subject = subject_of(question)
    case = Case(subject.trial, subject.settings)
    if subject.trial.foreign is None:
        return case
    from app.study.store import open_store

    with open_store() as store:
        try:
            planned = plan(subject.trial, subject.settings)
            asked = consented(planned, lambda content: trust or store.trusted(content))
            return replace(case, consent=asked.consent)
        except NeedsConsent:
            if named:
                raise Refused(
                    f"{question.id} changes the page with code that nobody said yes to; "
                    f"`viva run {question.id}` shows it and asks, or pass --trust"
                ) from None
    click.echo(f"viva: left out {clean(question.id)}: nobody said yes to its code yet", err=True)
    return None
