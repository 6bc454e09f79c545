"""`viva proofs`: the page of proofs, written from what was measured."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from app.bank.load import Bank
from app.bank.schema import Inline, Question
from app.format import literal, markdown_table, number
from app.lab.evidence import markdown
from app.lab.proofs import Measured, Record, Series
from app.terminal.common import Refused, open_bank

INTRODUCTION = """\
# Proofs

For each question: what is often said and is wrong, and what happens when it is run. All of it was measured
by `make proofs` and is kept in [proofs.jsonl](proofs.jsonl), from which `viva proofs` writes this page;
`viva run` repeats any of it.

**How sure.** *20 of 20: at least 86%* means: in all of 20 runs with different seeds the outcome was the
same, and so with 95% confidence (Clopper–Pearson) it comes in at least 86% of runs. **Margin**: how many
standard deviations over these seeds lie between a number that decides and its threshold, the smallest where
several do; ∞ where it was the same for all seeds, – where nothing is decided by a threshold.
"""

SECTION = "Prove"


@click.command("proofs", short_help="Print the page of proofs from what was measured.")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Print the page of proofs, in Markdown, from the FILE that `viva verify --record` keeps.

    \b
    Examples:
      viva proofs docs/proofs.jsonl > docs/proofs.md
    """
    record = Record.read(file)
    if not record.series:
        raise Refused(f"{file}: nothing was measured yet; `viva verify --record {file}` does")
    click.echo(page(record, open_bank()), nl=False)


def page(record: Record, bank: Bank) -> str:
    """The whole page, question by question in the bank's order."""
    parts = [INTRODUCTION, _measured_on(record), _summary(record, bank)]
    parts += [_question(question, series) for question, series in _proven(record, bank)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def series_of(question: Question, record: Record) -> list[Series]:
    """What was measured for a question: on the bundled data, then on others."""
    asked = question.experiment
    if asked is None:
        return []
    name, settings = (question.id, {}) if isinstance(asked, Inline) else (asked.name, asked.set)
    found = [one for one in record.series if one.experiment == name and one.settings == settings]
    return sorted(found, key=lambda one: (one.data != "bundled", one.data))


def _proven(record: Record, bank: Bank) -> Iterator[tuple[Question, list[Series]]]:
    for question in bank.questions:
        if question.pack is None and (series := series_of(question, record)):
            yield question, series


def _measured_on(record: Record) -> str:
    days = sorted(run.on for one in record.series for run in one.runs)
    libraries = dict.fromkeys(
        ", ".join(f"{name} {release}" for name, release in one.libraries.items()) for one in record.series
    )
    processors = dict.fromkeys(one.processor for one in record.series)
    where = f"{' and '.join(processors)}, with {' and '.join(libraries)}"
    return f"Measured from {days[0]} to {days[-1]} on {where}."


def _summary(record: Record, bank: Bank) -> str:
    rows = [["question", "data", "outcome", "came", "at least", "margin"]]
    for question, measured in _proven(record, bank):
        for series in measured:
            outcome = str(question.teaches)
            came = f"{series.outcomes.get(outcome, 0)} of {len(series.runs)}"
            sure = f"{series.at_least(outcome):.0%}"
            rows.append([_name(question), series.data, outcome, came, sure, _margin(series)])
    return "\n".join(markdown_table(rows[0], rows[1:]))


def _question(question: Question, measured: Sequence[Series]) -> str:
    heading = f"{question.number}. " if question.number else ""
    lines = [f"## {heading}{' '.join(question.question.split())}", ""]
    if question.traps:
        traps = (f"- {' '.join(trap.split())}" for trap in question.traps)
        lines += ["**Often said, and wrong**", "", *traps, ""]
    for series in measured:
        lines += _happened(question, series)
    return "\n".join([*lines, f"Run it: `viva run {_name(question)}`"])


def _happened(question: Question, series: Series) -> list[str]:
    """The outcomes that came, how sure that is, the finding of the first run and its numbers."""
    lines = []
    for outcome, times in series.outcomes.items():
        taught = "" if outcome == question.teaches else " — not what the answer stands on"
        sure = f"{times} of {len(series.runs)}: at least {series.at_least(outcome):.0%}"
        lines += [f"**{series.data}: {literal(outcome)}** ({sure}; margin {_margin(series)}){taught}.", ""]
    lines += [
        line for run in series.runs if run.error for line in (f"A run failed: {literal(run.error)}", "")
    ]
    told: Measured | None = next((run for run in series.runs if run.finding), None)
    if told:
        lines += [f"With seed {told.seed}: {literal(told.finding)}"]
        lines += [*markdown(series.variants, series.evidence), ""]
    return lines


def _name(question: Question) -> str:
    return str(question.number) if question.number else question.id


def _margin(series: Series) -> str:
    if series.margin is None:
        return "–"
    return "∞" if series.margin == float("inf") else number(series.margin)
