"""The page in another hand: other wordings, other names, the same meaning."""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from random import Random

from app.faults.catalogue import Harmless
from experiments.engine import page

NAMES: Mapping[str, tuple[str, ...]] = {
    "bundled": ("here", "folder", "root"),
    "accelerator": ("acc", "accel"),
    "raw_datasets": ("raw", "pairs", "data"),
    "tokenizer": ("tok", "tokeniser"),
    "tokenize_function": ("encode", "tokenize", "preprocess"),
    "example": ("examples", "rows", "row"),
    "tokenized_datasets": ("tokenized", "encoded_data", "ds"),
    "text_columns": ("columns", "unused", "to_remove"),
    "train_rows": ("train_indices", "picked", "train_range"),
    "eval_rows": ("eval_indices", "held_out", "eval_range"),
    "train_dataset": ("train_data", "train_set", "train_ds"),
    "eval_dataset": ("eval_data", "dev_set", "eval_ds"),
    "data_collator": ("collator", "collate"),
    "order": ("generator", "shuffling", "rng"),
    "train_dataloader": ("train_loader", "train_batches", "train_dl"),
    "eval_dataloader": ("eval_loader", "dev_loader", "eval_dl"),
    "optimizer": ("opt", "optim"),
    "lr_scheduler": ("scheduler", "schedule"),
    "completed_steps": ("step", "global_step", "steps_done"),
    "epoch": ("_", "round_", "pass_"),
    "outputs": ("out", "output", "result"),
    "metric": ("scorer", "scores", "glue_metric"),
    "predictions": ("preds", "predicted", "guesses"),
    "references": ("refs", "gold", "targets"),
}
"""Other names for the page's variables. Those that the settings, the curves and the judge go by stay."""

KEPT, NAMED = 0.3, 0.75
"""How often a wording is left as it is, and how often a variable gets another name."""


def reworded(pages: Sequence[str], wordings: Sequence[Harmless], rng: Random) -> list[str]:
    """All pages after the same wordings, drawn from these, and the same names.

    A wording is left out where it does not fit each page, or would leave one of them a name without a value.
    """
    written = list(pages)
    for wording in rng.sample(wordings, len(wordings)):
        if rng.random() < KEPT:
            continue
        try:
            after = [page.apply(text, wording.made()) for text in written]
            sound = all(unbound(new) <= unbound(old) for new, old in zip(after, written, strict=True))
        except (page.PageError, SyntaxError):
            continue
        if sound:
            written = after
    taken = {name for text in written for names in _names(text)[:2] for name in names}
    names = drawn_names(rng, taken)
    return [renamed(text, names) for text in written]


def drawn_names(rng: Random, taken: set[str]) -> dict[str, str]:
    """A new name for most variables, none of them taken and no two the same."""
    chosen: dict[str, str] = {}
    for name, others in NAMES.items():
        new = rng.choice(others)
        if rng.random() < NAMED and new not in taken and new not in chosen.values():
            chosen[name] = new
    return chosen


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The page with these variables under other names, all else as it is written, keywords too."""
    lines = text.splitlines(keepends=True)
    places = sorted(_places(ast.parse(text), names), reverse=True)
    for line, column, name in places:
        written = lines[line - 1].encode()
        begin, end = written[:column], written[column + len(name) :]
        lines[line - 1] = begin.decode() + names[name] + end.decode()
    return "".join(lines)


def _places(tree: ast.AST, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Line, column in bytes, and name, of each place that one of these variables stands in."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) if name in names:
                yield node.lineno, node.col_offset, name
            case ast.arg(arg=name) if name in names:
                yield node.lineno, node.col_offset, name
            case ast.FunctionDef(name=name) if name in names:
                yield node.lineno, node.col_offset + len("def "), name


def unbound(text: str) -> set[str]:
    """Names that the page reads and gives no value, or gives it one only further down at top level."""
    lines = text.splitlines()
    parts = [_names("\n".join(lines[node.lineno - 1 : node.end_lineno])) for node in ast.parse(text).body]
    known = {*dir(builtins), "__file__", "__name__"}
    everywhere = known.union(*(bound for bound, _, _ in parts))
    missing: set[str] = set()
    for bound, read, later in parts:
        known |= bound
        # A function's body is run when it is called, and by then all above the call has been run.
        missing |= read - (everywhere if later else known)
    return missing


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[frozenset[str], frozenset[str], bool]:
    """The names that some statements give a value and that they read, and whether they define something."""
    tree = ast.parse(text)
    bound: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            case ast.Name(id=name):
                read.add(name)
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add((other or name).split(".")[0])
    return frozenset(bound), frozenset(read), isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef)
