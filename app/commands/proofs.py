"""The page of proofs: for each question what is often said, what happens, and the numbers."""

from collections.abc import Iterable, Sequence

from app.bank.load import Bank
from app.bank.schema import Question
from app.commands.evidence import grids
from app.lab.verify import Proof, Verified
from experiments.engine.experiment import Table

INTRODUCTION = """\
# Proofs

For each question: what is often said and is wrong, and what happens when it is run. Everything below was
measured by this version's experiments and written by `viva verify --markdown`; `viva run` repeats any of it.
"""


def markdown(done: Sequence[Verified], bank: Bank) -> str:
    """The page for what was verified, question by question in the bank's order."""
    by_question = {name: one for one in done for name in one.case.teaches}
    parts = [INTRODUCTION, _measured_on(done)]
    for question in bank.questions:
        if (one := by_question.get(question.id)) is not None:
            parts.append(_question(question, one))
    for one in done:
        if not one.case.teaches:
            parts.append(f"## {one.case.trial.title}\n\n{_happened(one)}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _measured_on(done: Sequence[Verified]) -> str:
    proofs = [proof for one in done for proof in one.proofs]
    hello = next((proof.hello for proof in proofs if proof.hello), None)
    seeds = sorted({proof.seed for proof in proofs})
    models = _joined(f"`{proof.plan.settings.model}`" for proof in proofs)
    data = _joined(f"`{proof.plan.settings.data}`" for proof in proofs)
    lines = [f"Model {models}, data {data}, {_seeds(seeds)}."]
    if hello:
        libraries = ", ".join(f"{name} {release}" for name, release in hello.libraries.items())
        lines.append(f"Measured on {hello.device} with {libraries}.")
    return " ".join(lines)


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) < 2:
        return f"seed {seeds[0]}" if seeds else "no seed"
    return f"seeds {seeds[0]} to {seeds[-1]}"


def _question(question: Question, one: Verified) -> str:
    heading = f"{question.number}. " if question.number else ""
    lines = [f"## {heading}{' '.join(question.question.split())}", ""]
    if question.traps:
        lines += [
            "**Often said, and wrong**",
            "",
            *(f"- {' '.join(trap.split())}" for trap in question.traps),
            "",
        ]
    if not one.agrees:
        lines += [f"**Not confirmed**: the answer stands on *{question.teaches}*.", ""]
    name = question.number if question.number and not question.pack else question.id
    lines += [_happened(one), "", f"Run it: `viva run {name}`"]
    return "\n".join(lines)


def _happened(one: Verified) -> str:
    """The outcomes that came, the finding of the first run and its numbers."""
    lines = []
    for outcome, times in one.outcomes.items():
        meaning = one.case.trial.experiment.outcomes.get(outcome, "")
        often = f" ({times} of {len(one.proofs)} seeds)" if len(one.proofs) > 1 else ""
        lines += [f"**What happens: {outcome}**{often}. {meaning}".rstrip(), ""]
    lines += [line for message in one.errors for line in (f"A run failed: {_literal(message)}", "")]
    told: Proof | None = next((proof for proof in one.proofs if proof.verdict), None)
    if told and told.verdict:
        seed = f"With seed {told.seed}: " if len(one.proofs) > 1 else ""
        lines += [
            f"{seed}{_literal(told.verdict.finding)}",
            *_evidence(list(told.plan.pages), told.verdict.evidence),
        ]
    return "\n".join(lines).rstrip()


def _evidence(variants: Sequence[str], table: Table) -> list[str]:
    lines: list[str] = []
    for grid in grids(variants, table):
        title = [f"{_literal(grid.title)}:", ""] if grid.title else []
        lines += ["", *title, *_table(grid.headers, grid.rows)]
    return lines


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(headers), _row(["---"] * len(headers)), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_literal(cell).replace("|", "\\|") for cell in cells) + " |"


def _literal(text: str) -> str:
    """Measured text in one line; what would be a tag is text too."""
    return " ".join(text.split()).replace("<", "&lt;")


def _joined(parts: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(parts))
