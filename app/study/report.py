"""An interview's score card as Markdown, and as one HTML file with its curves in it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from app.format import markdown_table
from app.text import clean

from .curves import loss_curves
from .markup import inline_html, page, text_html, to_html
from .scorecard import Proof, QuestionScore, ScoreCard, Turn, verdict

ASKED = {"question": "Question", "probe": "Asked further", "follow_up": "Follow-up"}


def markdown(card: ScoreCard) -> str:
    """The score card as Markdown."""
    lines = [
        "# Mock interview",
        "",
        _facts(card),
        "",
        f"**Overall: {card.overall:.0%}**",
        "",
        "## By topic",
        "",
    ]
    topics = [(t.topic, f"{t.score:.0%}", f"{t.asked}", verdict(t.score)) for t in card.topics]
    lines += markdown_table(["topic", "score", "asked", "verdict"], topics)
    lines += ["", "## What to revise", ""]
    lines += [line for question in card.weak for line in _revise_lines(question)] or ["Nothing stood out."]
    if card.unreached:
        lines += ["", f"The clock left no room for: {', '.join(card.unreached)}."]
    if card.proofs:
        lines += ["", "## Proven by a run", ""]
        lines += [_proof_line(proof) for proof in card.proofs]
    lines += ["", "## The conversation", ""]
    for turn in card.turns:
        lines += [
            f"### {ASKED.get(turn.kind, turn.kind)}",
            "",
            turn.prompt.strip(),
            "",
            *_answer_lines(turn),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def html(card: ScoreCard) -> str:
    """The score card as one self-contained HTML page."""
    rows = "".join(
        f"<tr><td>{escape(t.topic)}</td><td>{t.score:.0%}</td><td>{t.asked}</td><td>{verdict(t.score)}</td></tr>"
        for t in card.topics
    )
    revise = "".join(_revise_html(question) for question in card.weak) or "<p>Nothing stood out.</p>"
    unreached = (
        f"<p class='quiet'>The clock left no room for: {escape(', '.join(card.unreached))}.</p>"
        if card.unreached
        else ""
    )
    proofs = "".join(_proof_html(proof) for proof in card.proofs)
    body = [
        "<h1>Mock interview</h1>",
        f"<p class='quiet'>{escape(_facts(card))}</p>",
        f"<p><strong>Overall: {card.overall:.0%}</strong></p>",
        "<h2>By topic</h2>",
        f"<table><tr><th>topic</th><th>score</th><th>asked</th><th>verdict</th></tr>{rows}</table>",
        "<h2>What to revise</h2>",
        revise + unreached,
        f"<h2>Proven by a run</h2>{proofs}" if proofs else "",
        "<h2>The conversation</h2>",
        *(_turn_html(turn) for turn in card.turns),
    ]
    return page("Mock interview", "\n".join(body))


def save(card: ScoreCard, folder: Path) -> tuple[Path, Path]:
    """Write both files into `folder`, never over an older one. Raises `OSError` as the disk does."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, n = f"interview-{card.started_at.astimezone():%Y-%m-%d-%H%M}", 1
    while any((folder / f"{stem}{_again(n)}.{kind}").exists() for kind in ("md", "html")):
        n += 1
    plain, rich = folder / f"{stem}{_again(n)}.md", folder / f"{stem}{_again(n)}.html"
    plain.write_text(clean(markdown(card)), encoding="utf-8")
    rich.write_text(html(card), encoding="utf-8")
    return plain, rich


def _again(n: int) -> str:
    return "" if n == 1 else f"-{n}"


def _facts(card: ScoreCard) -> str:
    when = card.started_at.astimezone()
    return (
        f"{when:%d %B %Y, %H:%M} · {card.level} · {len(card.questions)} questions · "
        f"{card.seconds / 60:.0f} of {card.minutes:g} minutes · seed {card.seed}"
    )


def _revise_lines(question: QuestionScore) -> list[str]:
    lines = [f"- **{question.title}** (`{question.question}`, {question.gist})"]
    lines += [f"  - not named: {point}" for point in question.missed]
    return lines + [f"  - only when asked: {point}" for point in question.prompted]


def _revise_html(question: QuestionScore) -> str:
    points = [f"<li>not named: {inline_html(point)}</li>" for point in question.missed]
    points += [f"<li>only when asked: {inline_html(point)}</li>" for point in question.prompted]
    name = f"<strong>{escape(question.title)}</strong> <span class='quiet'>{question.gist}</span>"
    return f"<section><p>{name}</p><ul>{''.join(points)}</ul></section>"


def _outcome(turn: Turn) -> str:
    if turn.skipped:
        return "skipped"
    rating = f", rated {turn.rating}" if turn.rating else ""
    return f"{'spoken' if turn.spoken else 'typed'} in {turn.seconds:.0f} s{rating}"


def _answer_lines(turn: Turn) -> list[str]:
    quoted = [f"> {line}" for line in (turn.answer or "").splitlines()]
    return [*quoted, *([""] if quoted else []), f"*{_outcome(turn)}*"]


def _turn_html(turn: Turn) -> str:
    answer = f"<blockquote>{text_html(turn.answer)}</blockquote>" if turn.answer else ""
    return (
        f"<section><h3>{ASKED.get(turn.kind, escape(turn.kind))}</h3>{to_html(turn.prompt)}"
        f"{answer}<p class='quiet'>{_outcome(turn)}</p></section>"
    )


def _said(proof: Proof) -> str:
    """What was said beforehand, and what it ran on."""
    right = "right" if proof.was_predicted else "wrong"
    said = "" if proof.predicted is None else f"Predicted: {proof.predicted} ({right}). "
    return f"{said}({proof.result.source})" if proof.result.source else said


def _proof_line(proof: Proof) -> str:
    result = proof.result
    return f"- **{result.experiment}**: {result.outcome}. {result.finding} {_said(proof)}".rstrip()


def _proof_html(proof: Proof) -> str:
    result = proof.result
    curves = loss_curves(result.losses, f"Loss by step of {result.experiment}")
    caption = f"{escape(result.finding)} <span class='quiet'>{escape(_said(proof))}</span>"
    return (
        f"<section><h3>{escape(result.experiment)}: {escape(result.outcome)}</h3>"
        f"<figure>{curves}<figcaption>{caption}</figcaption></figure></section>"
    )
