"""A race as a Markdown page: what ran, on what, what came of it."""

from collections.abc import Mapping
from pathlib import Path

from app.files import home
from app.lab.evidence import markdown
from app.lab.plan import Plan
from app.study.records import Result
from app.text import clean
from experiments.engine import Run


def save_report(plan: Plan, runs: Mapping[str, Run], result: Result) -> Path:
    """Write the report among the user's data. Gives its path; raises OSError."""
    folder = home() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    when = result.started_at.astimezone()
    path = folder / f"{plan.name.replace('/', '-')}-{when:%Y%m%d-%H%M%S}.md"
    path.write_text(clean(report(plan, runs, result)), encoding="utf-8")
    return path


def report(plan: Plan, runs: Mapping[str, Run], result: Result) -> str:
    """The report's text."""
    settings = plan.settings
    versions = ", ".join(f"{name} {version}" for name, version in result.libraries.items())
    where = f" on {result.device}, {plan.threads} thread(s) each" if result.device else ""
    parts = [
        f"# {plan.title}",
        f"Run {result.started_at.astimezone():%Y-%m-%d %H:%M}: `{plan.name}`, seed {settings.seed}, "
        f"model {settings.model}, data {settings.data}, {settings.num_training_steps} steps of "
        f"{settings.batch_size} pairs, learning rate {settings.learning_rate:g}{where}. {versions}",
        f"{result.outcome}: {result.finding}",
        "\n".join(markdown(list(plan.pages), result.evidence)).strip(),
    ]
    for variant in plan.pages:
        if difference := plan.diff(variant):
            parts.append(f"## {variant}\n\n```diff\n{difference}```")
        if raised := runs[variant].raised:
            parts.append(f"Line {raised.line} raised `{raised.type}`:\n\n```\n{raised.message}\n```")
    return "\n\n".join(parts) + "\n"
