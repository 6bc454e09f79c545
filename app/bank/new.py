"""Writes a new question into a file: well-formed, commented, and everything that is there left as it is."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from app import files
from app.bank.check import PLACEHOLDER, SCHEMA_LINE
from app.bank.packs import SUFFIXES
from app.bank.reader import Document, Unreadable, plain_value, read_bytes
from app.bank.schema import KEBAB, LEVELS

_SIMPLE = re.compile(r"[A-Za-z](?:[\w .?!()'/,;=-]*[\w.?!()])?", re.ASCII)


OWN_EXPERIMENT = """\
# What proves the answer: an experiment of viva's (`viva list --experiments` names them) ...
# experiment: zero_grad
# ... or one of its own: the first variant is the one that the others are held against
# experiment:
#   variants:
#     as it stands: []
#     small batches: {set: {batch_size: 4}}
#     half the rate: [{old: lr=learning_rate, new: lr=learning_rate / 2}]
#   outcomes: {worse: it ends higher, no matter: it ends as low}
#   decide:
#     - {when: final_loss of small batches > 1.1 × final_loss of as it stands, outcome: worse}
#     - {otherwise: no matter}
# predict: {worse: It learns worse, no matter: It makes no difference}
# teaches: worse  # the outcome that the answer stands on"""


class NewError(ValueError):
    """A question that cannot be written there; the message says why and what to do."""


def entry(
    id: str,
    level: str,
    question: str,
    *,
    number: int | None = None,
    tags: Sequence[str] = (),
    answer: str = PLACEHOLDER,
    key_points: Mapping[str, Sequence[str]] | None = None,
    lines: str | None = None,
    experiment: str | None = None,
    predict: Mapping[str, str] | None = None,
    teaches: str | None = None,
    sources: Sequence[str] = (),
) -> str:
    """One question as YAML, not indented, with a comment at what is still to be written.

    `key_points`: what a good answer names → phrasings that count. Raises NewError for an id that is not
    kebab-case, a level that does not exist, or a question without text.
    """
    an_id(id)
    if level not in LEVELS:
        raise NewError(f"{level!r} is no level; there are {', '.join(LEVELS)}")
    if not question.strip():
        raise NewError("a question needs its text")
    points = key_points or {PLACEHOLDER: [PLACEHOLDER]}
    parts = [
        f"id: {id}  # stable: progress hangs on it",
        *([f"number: {number}"] if number is not None else []),
        f"level: {level}  # {', '.join(LEVELS)}",
        f"tags: {_list(tags)}",
        f"question: {_block(question) if chr(10) in question.strip() else _text(question.strip())}",
        "# Markdown, with code where it helps",
        f"answer: {_block(answer)}",
        "# what a good answer names; a typed answer is held against the phrasings in `any`",
        "key_points:",
        *(line for point, phrasings in points.items() for line in _point(point, phrasings)),
        "# follow_ups: [the-id-of-another-question]",
        "# traps: [what people often say that is wrong]",
        f"lines: {_text(lines)}" if lines else "# lines: a piece of text on the page, such as zero_grad",
        *_proof(experiment, predict or {}, teaches),
        f"sources: {_list(sources)}" if sources else "# sources: [https://…]",
    ]
    return "\n".join(parts) + "\n"


def an_id(text: str) -> str:
    """The text, if it can be an id. Raises NewError."""
    if not re.fullmatch(KEBAB, text):
        raise NewError(f"{text!r} cannot be an id; use kebab-case, such as zero-grad")
    return text


def append(path: Path, text: str, topic: str | None = None) -> None:
    """Put an entry at the end of a file's questions, or make the file, which needs a topic.

    The file is replaced in one step, and only where it reads with all that it had and the entry.
    Raises NewError.
    """
    if path.suffix not in SUFFIXES:
        raise NewError(f"{path} is no file of questions; give it a name that ends in .yaml")
    if path.exists():
        before = _read(path, None)
        content = _joined(path, before, text)
        had = list(before.data["questions"] or [])
    else:
        if not (topic and topic.strip()):
            raise NewError(f"{path} does not exist yet, and a new file needs a topic")
        had = []
        content = f"{SCHEMA_LINE}schema.json\ntopic: {_text(topic)}\nquestions:\n{_item(text, '  ')}"
    after = _read(path, content.encode())
    questions = after.data.get("questions") if isinstance(after.data, dict) else None
    if not isinstance(questions, list) or questions[:-1] != had or not isinstance(questions[-1], dict):
        raise NewError(
            f"{path} is laid out so that nothing can be added to it safely; add the question by hand"
        )
    if any(isinstance(one, dict) and one.get("id") == questions[-1].get("id") for one in had):
        raise NewError(f"{path} has a question with the id {questions[-1].get('id')!r} already")
    _replace(path, content)


def _point(point: str, phrasings: Sequence[str]) -> list[str]:
    return [
        f"  - point: {_text(point)}",
        f"    any: {_list(phrasings)}",
        "    # hint: what leads there unsaid",
    ]


def _proof(experiment: str | None, predict: Mapping[str, str], teaches: str | None) -> list[str]:
    if not experiment:
        return OWN_EXPERIMENT.splitlines()
    lines = [f"experiment: {_text(experiment)}"]
    if predict:
        lines.append("predict:  # offered before the run, by outcome")
        lines += [f"  {_text(outcome)}: {_text(sentence)}" for outcome, sentence in predict.items()]
    taught = f"teaches: {_text(teaches)}" if teaches else "# teaches: one of these outcomes"
    lines.append(f"{taught}  # the outcome that the answer stands on")
    return lines


def _text(value: str) -> str:
    """A scalar: plain where nothing in it means something to YAML, else in quotes."""
    return value if _SIMPLE.fullmatch(value) and plain_value(value) == value else _quoted(value)


def _block(value: str) -> str:
    """A text of several lines as it stands, where YAML lets it stand so."""
    lines = value.strip("\n").split("\n")
    if lines[0].startswith((" ", "\t")) or not all(line.replace("\t", " ").isprintable() for line in lines):
        return _quoted(value)
    return "|\n" + "\n".join(f"  {line}" if line else "" for line in lines)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(value) if ',' in value else _text(value) for value in values)}]"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _item(text: str, indent: str) -> str:
    """An entry as an item of a list, its dash after the indent."""
    first, *rest = text.rstrip("\n").split("\n")
    return "\n".join([f"{indent}- {first}", *(f"{indent}  {line}" if line else "" for line in rest)]) + "\n"


def _read(path: Path, content: bytes | None) -> Document:
    try:
        document = Document(str(path), read_bytes(path) if content is None else content, marks=True)
    except Unreadable as error:
        raise NewError(f"{error.problem}\nNothing was written.") from None
    if content is None and (not isinstance(document.data, dict) or "questions" not in document.data):
        raise NewError(f"{path} has no questions: it is no file of the bank")
    return document


def _joined(path: Path, before: Document, text: str) -> str:
    """A file's text with the entry after its last question, indented as its first one is."""
    content, questions = before.text, before.data["questions"]
    if list(before.data)[-1] != "questions":
        raise NewError(f"{path} has something after its questions; add the question by hand")
    indent = "  "
    if questions == []:
        place = before.at(("questions",))
        lines = content.split("\n")
        lines[place.line - 1] = lines[place.line - 1][: place.column - 1].rstrip()
        content = "\n".join(lines)
    elif questions:
        place = before.at(("questions", 0))
        lead = place.text[: place.column - 1]
        if lead.strip() != "-":
            raise NewError(f"{path} writes its questions in brackets; add the question by hand")
        indent = lead[: lead.index("-")]
    return content.rstrip("\n") + ("\n\n" if questions else "\n") + _item(text, indent)


def _replace(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, content.encode())
    except OSError as error:
        raise NewError(f"{path} cannot be written: {error.strerror or error}") from None
