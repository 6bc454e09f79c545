"""`viva fault`: a case on the screen, or as a file to be mended in one's own editor, and judged."""

import asyncio
import re
import sys
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import click

from app.bank.schema import LEVELS
from app.faults.cards import seed_for
from app.faults.case import Case, draw
from app.faults.judge import Judgement
from app.faults.mending import NotJudged, judged, race_of
from app.faults.score import report
from app.lab.plan import Plan
from app.lab.pool import Pool
from app.study.schedule import Schedule
from app.study.store import open_store
from app.terminal.common import Failed, Refused, choose, json_option
from app.terminal.out import Out, is_watched, json_text
from app.text import clean
from experiments.engine import page

NAMED = re.compile(r"^# viva fault --seed (\d+) --level (\w+)$", re.MULTILINE)


SECTION = "Study"


@click.command("fault", short_help="Find the fault in a training loop, and mend it.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Which case; without it, another each time.")
@click.option(
    "--level", default="intermediate", show_default=True, help=f"{', '.join(LEVELS)} (three faults)."
)
@click.option(
    "--write", type=click.Path(path_type=Path), metavar="FILE", help="Write the page there; - prints it."
)
@click.option(
    "--judge", type=click.Path(path_type=Path), metavar="FILE", help="Judge a mended page by running it."
)
@click.option("--trust", is_flag=True, help="Run a page that is judged without asking.")
@json_option
def command(
    seed: int | None, level: str, write: Path | None, judge: Path | None, trust: bool, as_json: bool
) -> None:
    """Find the fault: a training loop with something wrong in it, and what a colleague says of it.

    basic raises, intermediate learns badly, advanced looks fine, debugging has three faults. Looks cost
    points; what is mended races the healthy page on seeds that were not shown, and is right when it behaves
    as that does.

    \b
    Examples:
      viva fault --level basic
      viva fault --seed 7 --write case.py
      viva fault --judge case.py --trust

    \b
    Ends with 0 when a case was shown or written or a mend is right, 1 when it is not right or could not
    be judged, 2 for something that does not exist or does not fit, 130 when interrupted.
    """
    if judge is not None:
        if write is not None or seed is not None:
            raise Refused("--judge takes the seed and the level from the file; leave out --seed and --write")
        _judge(judge, trust, as_json)
        return
    level = choose("level", level, LEVELS)
    case = draw(_any_seed(level) if seed is None else seed, level)
    if write is not None:
        _write(case, write, as_json)
    elif as_json:
        click.echo(json_text(_told(case)))
    else:
        _play(case)


def _any_seed(level: str) -> int:
    """One whose faults are due, where there is one."""
    with open_store() as store:
        return seed_for(level, Schedule(store))


def _play(case: Case) -> None:
    """Open the case in the app."""
    if not (is_watched(sys.stdin) and is_watched(sys.stdout)):
        raise Refused("a case needs a terminal; `viva fault --write case.py` writes one as a file")
    from app.tui import run_app

    sys.exit(run_app(case=case))


def _told(case: Case) -> dict[str, object]:
    """A case as programs get it: nothing of what is wrong, or where."""
    return {
        "seed": case.seed,
        "level": case.level,
        "faults": len(case.faults),
        "report": list(report(case)),
        "page": case.sick,
    }


# A page as a file ------------------------------------------------------------------------------------


def _write(case: Case, file: Path, as_json: bool) -> None:
    text = written(case)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    if file.exists():
        raise Refused(f"{file} is there already; name another file")
    file.write_text(text, encoding="utf-8")
    if as_json:
        click.echo(json_text({"seed": case.seed, "level": case.level, "file": str(file)}))
    else:
        Out().line(f"Written: {file}. Mend it, then `viva fault --judge {file}`.")


def written(case: Case) -> str:
    """The sick page under a comment that says which case it is and what is told of it."""
    told = [clean(" ".join(line.split())) for line in report(case)]
    head = [f"viva fault --seed {case.seed} --level {case.level}", *told]
    return "".join(f"# {line}\n" for line in head) + "\n" + case.sick


def read(file: Path) -> tuple[Case, str]:
    """The case that a file is of, and its page without the comment on top.

    Raises Refused where the file cannot be read or does not say which case it is.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(
            f"{file} cannot be read ({getattr(problem, 'strerror', None) or 'not UTF-8'})"
        ) from None
    if (found := NAMED.search(text)) is None:
        line = "`# viva fault --seed N --level L`"
        raise Refused(
            f"{file} does not say which case it is; expected the line {line} that it was written with"
        )
    case = draw(int(found[1]), choose("level", found[2], LEVELS))
    lines = text[: found.start()].count("\n") + 1 + len(report(case)) + 1
    rest = text.splitlines(keepends=True)[lines:]
    return case, "".join(rest)


# Judging ---------------------------------------------------------------------------------------------


def _judge(file: Path, trust: bool, as_json: bool) -> None:
    case, text = read(file)
    planned = _with_consent(case, race_of(case, text), text, file, trust)
    try:
        judgement = asyncio.run(_judged(case, planned))
    except NotJudged as problem:
        raise Failed(f"{file} could not be judged: {problem}") from None
    if as_json:
        click.echo(json_text({"seed": case.seed, "level": case.level, **_result(judgement)}))
    else:
        Out().line(judgement.words, "green" if judgement.right else "red")
    raise SystemExit(0 if judgement.right else 1)


async def _judged(case: Case, planned: Plan) -> Judgement:
    pool = Pool()
    try:
        return await judged(case, planned, pool)
    finally:
        await pool.close()


def _result(judgement: Judgement) -> dict[str, object]:
    return {
        "right": judgement.right,
        "equal": judgement.equal,
        "hides": judgement.hides,
        "differences": [one.words for one in judgement.differences],
        "words": judgement.words,
    }


def _with_consent(case: Case, planned: Plan, text: str, file: Path, trust: bool) -> Plan:
    """The plan with the yes that a page needs which is not as viva wrote it.

    Raises Failed after a no, and Refused where nobody is there to ask and `--trust` was not given.
    """
    if text == case.sick:
        return planned
    content = sha256(text.encode()).hexdigest()
    asked = replace(planned, foreign=partial(str, content), consent=content)
    with open_store() as store:
        if trust or store.trusted(content):
            return asked
        out = Out(sys.stderr)
        out.line(f"{file} is code, and this is where it differs from the page that viva wrote:", "bold")
        out.diff(page.diff(case.sick, text))
        if not (is_watched(sys.stdin) and is_watched(sys.stderr)):
            raise Refused(f"{file} has not been run: nobody is here to say yes to it. Pass --trust to run it")
        if not click.confirm("\nRun it?", err=True):
            raise Failed("not run")
        store.trust(content)
    return asked
