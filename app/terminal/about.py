"""What viva says of itself where there is no terminal to open the app in."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from app.bank import packs
from app.bank.load import load
from app.format import count
from app.terminal.out import Out
from experiments.engine import catalog

WAYS = {
    "viva": "opens the app, where a terminal is attached",
    "viva list": "lists the questions; with --experiments the experiments",
    "viva show 18": "shows a question and its answer, by number or id",
    "viva run zero_grad": "runs an experiment, here on the bundled model and data, in seconds",
    "viva run 18 --json": "runs what proves a question, one JSON event a line",
    "viva --help": "has everything else",
}


def about(extra: Sequence[Path]) -> None:
    """What viva is, how much there is, and how to run it from here."""
    bank, out = load(packs.sources(extra)), Out()
    out.line(f"viva {version('viva-bert')}: an interview quiz about fine-tuning BERT on MRPC.")
    out.line("Every answer is proven by an experiment that runs the real fine-tuning loop.")
    out.line()
    questions = count(len(bank.questions), "question")
    out.line(f"There are {questions} and {count(len(catalog.names()), 'experiment')}.")
    if bank.problems:
        out.line(
            f"{count(len(bank.problems), 'problem')} in the files of questions; `viva check` shows where."
        )
    out.line()
    for command, what in WAYS.items():
        out.line(f"  {command:<22}{what}")
