"""The bank for other tools: an Anki package, Markdown and HTML."""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.bank.schema import Question
from app.text import clean

from .cards import by_topic
from .markup import inline_html, page, to_html
from .progress import write_whole

if TYPE_CHECKING:
    import genanki

#: Identities that Anki knows the note type and the deck by: they must never change.
MODEL_ID = 1_604_118_371
DECK_ID_BASE = 1_500_000_000
DECK = "viva"

FIELDS = ("Question", "Answer", "Key points", "Traps", "Sources", "Number", "Id")
FRONT = "<div class='viva'>{{Question}}</div>"
BACK = """<div class='viva'>{{Question}}<hr id=answer>{{Answer}}
{{#Key points}}<h4>A good answer names</h4>{{Key points}}{{/Key points}}
{{#Traps}}<h4>Often said, and wrong</h4>{{Traps}}{{/Traps}}
{{#Sources}}<p class='quiet'>{{Sources}}</p>{{/Sources}}</div>"""
CSS = """.card { font: 18px/1.5 sans-serif; text-align: left; }
.viva { max-width: 44rem; margin: 0 auto; } pre, code { font-family: monospace; font-size: .9em; }
pre { padding: .6em; overflow-x: auto; background: rgba(127, 127, 127, .15); } .quiet { opacity: .7; }"""


def export_anki(questions: Sequence[Question], path: Path, at: datetime) -> int:
    """Write an `.apkg` with one note a question, one deck a topic; returns the number of notes.

    A note is known by its question's id, so importing again updates it. Raises `ProgressError` when the file
    cannot be written.
    """
    import genanki

    model = genanki.Model(
        MODEL_ID,
        "viva question",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Recall", "qfmt": FRONT, "afmt": BACK}],
        css=CSS,
    )
    decks = []
    for topic, group in by_topic(questions).items():
        name = clean(f"{DECK}::{topic.replace('::', ': ')}")
        deck = genanki.Deck(DECK_ID_BASE + zlib.crc32(name.encode()) % 100_000_000, name)
        for question in group:
            deck.add_note(_note(model, question))
        decks.append(deck)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "viva.apkg"
        genanki.Package(decks).write_to_file(str(package), timestamp=at.timestamp())
        write_whole(path, package.read_bytes())
    return len(questions)


def _note(model: genanki.Model, question: Question) -> genanki.Note:
    import genanki

    fields = (
        to_html(question.question),
        to_html(question.answer),
        _list(point.point for point in question.key_points),
        _list(question.traps),
        "<br>".join(_link(source) for source in question.sources),
        "" if question.number is None else str(question.number),
        escape(question.id),
    )
    return genanki.Note(
        model=model,
        fields=[clean(field) for field in fields],
        tags=anki_tags(question),
        guid=genanki.guid_for(DECK, question.id),
        sort_field=clean(f"{question.number or 0:04d} {question.title}"),
        due=question.number or 0,
    )


def anki_tags(question: Question) -> list[str]:
    """A question's tags as Anki takes them, without spaces, with its level and topic among them."""
    raw = [*question.tags, f"level::{question.level}", f"topic::{question.topic.replace('::', ' ')}"]
    return list(dict.fromkeys(re.sub(r"[\s\"]+", "-", clean(tag.strip())) for tag in raw if tag.strip()))


def bank_markdown(questions: Sequence[Question], name: str = "viva") -> str:
    """The bank as one Markdown document, by topic."""
    lines = [f"# {name}"]
    for topic, group in by_topic(questions).items():
        lines += ["", f"## {topic}"]
        for question in group:
            lines += ["", f"### {_heading(question)}", "", f"*{_about(question)}*", ""]
            lines += [question.question.strip(), "", question.answer.strip()]
            lines += _markdown_list("A good answer names", [point.point for point in question.key_points])
            lines += _markdown_list("Often said, and wrong", question.traps)
            lines += _markdown_list("Sources", [f"<{source}>" for source in question.sources])
    return clean("\n".join(lines) + "\n")


def bank_html(questions: Sequence[Question], name: str = "viva") -> str:
    """The bank as one self-contained HTML page, by topic."""
    parts = [f"<h1>{escape(name)}</h1>"]
    for topic, group in by_topic(questions).items():
        parts.append(f"<h2>{escape(topic)}</h2>")
        parts += [_question_html(question) for question in group]
    return page(name, "\n".join(parts))


def _question_html(question: Question) -> str:
    sections = [
        ("A good answer names", _list(point.point for point in question.key_points)),
        ("Often said, and wrong", _list(question.traps)),
        ("Sources", "<br>".join(_link(source) for source in question.sources)),
    ]
    rest = "".join(f"<h4>{name}</h4>{html}" for name, html in sections if html)
    return (
        f'<section id="{escape(question.id)}"><h3>{escape(_heading(question))}</h3>'
        f"<p class='quiet'>{escape(_about(question))}</p>{to_html(question.question)}"
        f"{to_html(question.answer)}{rest}</section>"
    )


def _heading(question: Question) -> str:
    return f"{question.number}. {question.id}" if question.number is not None else question.id


def _about(question: Question) -> str:
    parts = [question.level, *question.tags]
    if question.experiment is not None and (name := _experiment(question.experiment)):
        parts.append(f"proven by: viva run {name}")
    return " · ".join(parts)


def _experiment(experiment: Any) -> str:
    return str(getattr(experiment, "name", experiment) or "")


def _list(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{inline_html(item)}</li>" for item in items)
    return f"<ul>{rows}</ul>" if rows else ""


def _link(source: str) -> str:
    if not re.match(r"https?://", source):
        return escape(source)
    return f'<a href="{escape(source)}">{escape(source)}</a>'


def _markdown_list(name: str, items: Iterable[str]) -> list[str]:
    rows = [f"- {item}" for item in items]
    return ["", f"**{name}**", "", *rows] if rows else []
