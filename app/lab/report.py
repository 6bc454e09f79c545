"""A run as a Markdown page: what ran, on what, what came of it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.files import home
from app.format import markdown_table, number
from app.lab.plan import Plan
from app.lab.race import evidence
from app.text import clean
from experiments.engine import Run
from experiments.engine.events import Hello


def save_report(
    plan: Plan, runs: Mapping[str, Run], hello: Hello | None, verdict: str, when: datetime
) -> Path:
    """Write the report among the user's data. Gives its path; raises OSError."""
    folder = home() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.name.replace('/', '-')}-{when:%Y%m%d-%H%M%S}.md"
    path.write_text(clean(report(plan, runs, hello, verdict, when)), encoding="utf-8")
    return path


def report(plan: Plan, runs: Mapping[str, Run], hello: Hello | None, verdict: str, when: datetime) -> str:
    """The report's text."""
    settings = plan.settings
    versions = ", ".join(f"{name} {version}" for name, version in hello.libraries.items()) if hello else ""
    where = f" on {hello.device}, {hello.threads} thread(s) each" if hello else ""
    parts = [
        f"# {plan.title}",
        f"Run {when:%Y-%m-%d %H:%M}: `{plan.name}`, seed {settings.seed}, model {settings.model}, "
        f"data {settings.data}, {settings.num_training_steps} steps of {settings.batch_size} pairs, "
        f"learning rate {settings.learning_rate:g}{where}. {versions}",
        verdict,
        _table(evidence(plan, runs), list(plan.pages)),
    ]
    for variant in plan.pages:
        if difference := plan.diff(variant):
            parts.append(f"## {variant}\n\n```diff\n{difference}```")
        if raised := runs[variant].raised:
            parts.append(f"Line {raised.line} raised `{raised.type}`:\n\n```\n{raised.message}\n```")
    return "\n\n".join(parts) + "\n"


def _table(rows: Mapping[str, Mapping[str, Any]], variants: list[str]) -> str:
    cells = [
        [name.replace("_", " "), *(_cell(values.get(v)) for v in variants)] for name, values in rows.items()
    ]
    return "\n".join(markdown_table(["", *variants], cells))


def _cell(value: Any) -> str:
    return f"{max(0, len(value) - 1)} rows" if isinstance(value, list) else number(value)
