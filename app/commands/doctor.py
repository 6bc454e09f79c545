"""`viva doctor`: what viva finds on this machine."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

import click
import msgspec

from app.bank import OWN, cache, packs
from app.bank.load import load
from app.format import count
from app.terminal.common import Failed, bank_option, extra_banks, json_option
from app.terminal.out import Out, json_text
from experiments.engine import catalog
from experiments.engine.sources import BUNDLED

PACKAGES = ("torch", "transformers", "datasets", "evaluate", "accelerate", "textual", "fsrs", "textual-serve")
NEEDED = PACKAGES[:-1]
VARIABLES = (
    "VIVA_HOME", "HF_HOME", "HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "ACCELERATE_USE_CPU",
    "CUDA_VISIBLE_DEVICES",
)  # fmt: skip
HUB = "https://huggingface.co"
WAIT = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and whether it is as it should be."""

    what: str
    found: str
    good: bool = True


SECTION = "Take along"


@click.command("doctor", short_help="Look at what viva finds on this machine.")
@click.option("--online", is_flag=True, help="Also try whether the hub can be reached.")
@json_option
@bank_option
def command(online: bool, as_json: bool) -> None:
    """Look at versions, device, folders, progress, bank and worker; say what is not as it should be.

    Nothing is fetched. Ends with 1 where something is wrong.

    \b
    Examples:
      viva doctor
      viva doctor --online --json
    """
    checks: list[Callable[[], Iterator[Finding]]] = [_versions, _folders, _progress, _bank, _worker]
    findings = [finding for look in checks for finding in look()]
    findings += _hub() if online else []
    if as_json:
        click.echo(json_text([asdict(finding) for finding in findings]))
    else:
        Out().table(["", "", ""], [("ok" if one.good else "WRONG", one.what, one.found) for one in findings])
    wrong = [finding.what for finding in findings if not finding.good]
    if wrong:
        raise Failed(f"not as it should be: {', '.join(wrong)}")


def _versions() -> Iterator[Finding]:
    yield Finding("viva", version("viva-bert"))
    yield Finding("python", f"{sys.version.split()[0]} at {sys.executable}")
    for name in PACKAGES:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "not installed", good=name not in NEEDED)
    for name in VARIABLES:
        if value := os.environ.get(name):
            yield Finding(name, value)


def _folders() -> Iterator[Finding]:
    from app.files import home

    yield Finding("data", _place(home()), _is_writable(home()))
    yield Finding("packs", _place(packs.home()), _is_writable(packs.home()))
    yield Finding("cache", _place(cache.folder()))
    for name, file in (("model", "config.json"), ("corpus", "train.csv"), ("metric", "metric.py")):
        there = (BUNDLED / name / file).is_file()
        yield Finding(
            f"bundled {name}", str(BUNDLED / name) if there else f"no {file} in {BUNDLED / name}", there
        )


def _place(path: Path) -> str:
    return str(path) if path.exists() else f"{path} (made when it is needed)"


def _is_writable(path: Path) -> bool:
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    return os.access(there, os.W_OK)


def _progress() -> Iterator[Finding]:
    from app.files import home
    from app.study.store import FILE_NAME, Store, StoreError

    file = home() / FILE_NAME
    if not file.exists():
        yield Finding("progress", "none yet")
        return
    try:
        with Store(file) as store:
            wrong = [*store.notices, *store.check()]
            reviews = count(len(store.reviews()), "review")
    except StoreError as error:
        yield Finding("progress", str(error), good=False)
        return
    yield Finding("progress", "; ".join(wrong) or f"{reviews}, the file is whole", good=not wrong)


def _bank() -> Iterator[Finding]:
    for path in (OWN, *(pack.path for pack in packs.added()), *extra_banks()):
        bank = load([path])
        found = f"{count(len(bank.questions), 'question')} in {path}"
        if bank.problems:
            found += f", {count(len(bank.problems), 'problem')}: `viva check {path}`"
        yield Finding("bank", found, not bank.problems)
    broken = []
    for name in catalog.names():
        try:
            catalog.find(name)
        except Exception as error:
            broken.append(f"{name}: {error}")
    yield Finding("experiments", "; ".join(broken) or str(len(catalog.names())), not broken)


def _worker() -> Iterator[Finding]:
    from experiments.engine.events import Bye, Hello

    began = perf_counter()
    events, said = asyncio.run(_greeting())
    seconds = perf_counter() - began
    hello = next((event for event in events if isinstance(event, Hello)), None)
    if hello is None or not any(isinstance(event, Bye) for event in events):
        last = said.splitlines()[-1] if said else "it said nothing"
        yield Finding("worker", f"did not start: {last}", good=False)
        return
    yield Finding("worker", f"ready after {seconds:.1f} s")
    yield Finding("device", f"{hello.device}, {count(os.cpu_count() or 1, 'processor')}")


async def _greeting() -> tuple[list[object], str]:
    """What a worker says to a page with nothing on it, and what it printed."""
    from app.lab.worker import Worker
    from experiments.engine.request import Request
    from experiments.engine.settings import Settings

    worker = await Worker.start(offline=True)
    request = Request({"doctor": "pass\n"}, msgspec.to_builtins(Settings()))
    try:
        events: list[object] = [event async for event in worker.events(msgspec.json.encode(request))]
    finally:
        await worker.end()
    return events, worker.last_words


def _hub() -> Iterator[Finding]:
    import urllib.request

    address = os.environ.get("HF_ENDPOINT") or HUB
    if not address.startswith(("https://", "http://")):
        yield Finding("hub", f"HF_ENDPOINT is {address!r}, which is no web address", good=False)
        return
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=WAIT):
            yield Finding("hub", f"{address} answers")
    except OSError as error:
        yield Finding("hub", f"{address} cannot be reached ({getattr(error, 'reason', error)})", good=False)
