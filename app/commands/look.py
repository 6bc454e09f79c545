"""`viva look`: what the names on a line hold, in two runs side by side."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec

from app.format import count
from app.lab.difference import Difference, first_difference
from app.lab.glass import Glass, Row, Side, difference
from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.terminal.common import Refused, bank_option, find_subject, json_option
from app.terminal.consent import with_consent
from app.terminal.out import Out, json_text
from app.terminal.reporting import told_settings
from app.terminal.setting_options import given, setting_options
from experiments.engine import names, page
from experiments.engine.events import Value
from experiments.engine.near import nearest
from experiments.engine.places import place_of

SECTION = "Prove"


@click.command("look", short_help="Look into two runs at a line: what its names hold.")
@click.argument("name", metavar="NAME")
@click.option("--at", "line", metavar="LINE", help="A line of the page: its number, or some of its text.")
@click.option("--round", type=click.IntRange(1), metavar="N", help="The round of the loop around it (1).")
@click.option("--name", "wanted", metavar="EXPR", multiple=True, help="What to look at; may be given again.")
@click.option("--first-difference", "differs", is_flag=True, help="Look where the two runs first differ.")
@click.option("--variant", metavar="VARIANT", help="Which variant beside the first; without it, the next.")
@setting_options
@click.option("--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Any setting; may be given again.")
@click.option("--trust", is_flag=True, help="Run edits from outside viva's own bank without asking.")
@json_option
@bank_option
def command(
    name: str,
    line: str | None,
    round: int | None,
    wanted: tuple[str, ...],
    differs: bool,
    variant: str | None,
    pairs: tuple[str, ...],
    trust: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Look into two runs of an experiment at a line of the page: what its names hold, just before it is run
    and after it.

    NAME is an experiment, or the number or id of a question. The lines are numbered as on the page of the
    first variant; a round is one of the loop around the line, counted over the whole run. EXPR is a name with
    attributes and items, such as model.classifier.weight.grad or 'batch["input_ids"]': nothing is called.

    \b
    Examples:
      viva look zero_grad --at 75 --round 12
      viva look 18 --at 'optimizer.step()' --round 2 --name model.classifier.weight.grad
      viva look zero_grad --first-difference
    """
    if (line is None) == (not differs):
        raise Refused("say where to look: --at LINE, or --first-difference")
    for expression in wanted:
        _check(expression)
    subject = find_subject(name)
    planned = with_consent(plan(subject.trial, subject.settings, given(options, pairs)), trust)
    looking = Looking(planned, _variant(planned, variant), list(wanted) or None)
    if differs:
        asyncio.run(looking.served(looking.first_difference))
    else:
        looking.aim(line or "", round)
        asyncio.run(looking.served(looking.at_line))
    (looking.print_json if as_json else looking.print)()


def _check(expression: str) -> None:
    try:
        names.check(expression)
    except ValueError as problem:
        raise Refused(f"--name: {problem}") from None


def _variant(planned: Plan, wanted: str | None) -> str:
    if wanted is None:
        return planned.rival
    if wanted not in planned.pages:
        known = ", ".join(map(repr, planned.pages))
        hint = nearest(wanted, planned.pages) or f"there are {known}"
        raise Refused(f"{planned.name} has no variant {wanted!r}; {hint}")
    return wanted


class Looking:
    """One look, from where it is aimed to how it is printed."""

    def __init__(self, planned: Plan, variant: str, wanted: list[str] | None) -> None:
        self.planned = planned
        self.wanted = wanted
        self.glass = Glass(planned, Pool(), variant)
        self.row = 0
        self.round: int | None = None
        self.stood: list[tuple[int, ...]] = []
        self.before: list[Row] = []
        self.after: list[Row] = []
        self.difference: Difference | None = None

    def aim(self, line: str, round: int | None) -> None:
        """Raises Refused for a line or a round that no page has."""
        for number, side in enumerate(self.glass.sides):
            found = _line(side, line)
            row = found and self.glass.pairing.row(number, found)
            if found and row is not None:
                self.row = row
                break
        else:
            lines = len(self.glass.sides[0].page.splitlines())
            raise Refused(f"--at {line}: no line of the page; it has {lines}, and `viva eject` prints them")
        stop = self.glass.line(number, row)
        if stop is None:
            raise Refused(f"--at {line}: nothing is run from there on")
        if round and not side.outline.around[stop]:
            raise Refused(f"--round {round}: line {stop} stands in no loop")
        self.round = round

    async def served(self, look: Callable[[], Awaitable[None]]) -> None:
        """Begin the runs, look, and end them."""
        try:
            await self.glass.begin()
            await look()
        finally:
            await self.glass.close()
            await self.glass.pool.close()

    async def at_line(self) -> None:
        await self.glass.go(self.row, self.round)
        for side in self.glass.sides:
            if side.stop and not side.stop.reached:
                raise click.ClickException(self._not_there(side))
        await self._look(self.row)

    async def first_difference(self) -> None:
        self.difference = await first_difference(self.glass)
        row = self.glass.row
        if self.wanted is None and self.difference.found:
            self.wanted = [*self.difference.names[:1], *(self.glass.names(row) if row is not None else [])]
            self.wanted = [
                name for name in dict.fromkeys([self.difference.example, *self.wanted]) if _is_name(name)
            ]
        await self._look(row)

    async def _look(self, row: int | None) -> None:
        """What the names hold before the line is run, and after it."""
        self.stood = [tuple(side.stop.path) if side.stop else () for side in self.glass.sides]
        self.before = await self.glass.look(self.wanted, row)
        shown = [one.name for one in self.before if ": " not in one.name]
        if row is not None and any(self.stood):
            await self.glass.step()
            self.after = await self.glass.look(shown)

    def _not_there(self, side: Side) -> str:
        place = f"line {self.glass.line(self.glass.sides.index(side), self.row)}"
        if side.raised:
            end = (
                f"its page raised {side.raised.type} on line {side.raised.line} before: {side.raised.message}"
            )
        elif side.stop and side.stop.path:
            end = "that round leaves it out"
        else:
            end = f"its page ended before, after {count(max(side.steps, default=0), 'step')}"
        return (
            f"{side.variant} does not come to {place}{f' in round {self.round}' if self.round else ''}: {end}"
        )

    # Printing ------------------------------------------------------------------------------------------

    def print(self) -> None:
        """For a person, or a pipe."""
        out = Out()
        out.line(f"{self.planned.name}: {self.planned.title}", "bold")
        out.line(told_settings(self.planned.settings))
        out.line()
        if self.difference is not None:
            out.line(f"first difference: {self.difference.sentence}", "bold")
        for side, path in zip(self.glass.sides, self.stood, strict=True):
            out.line(f"{side.variant}: {_where(side, path)}")
        changed = [row for row in self.after if not _is_as_before(row, self.before)]
        for heading, found in (("before it is run", self.before), ("changed by it", changed)):
            if found:
                out.heading(heading)
                out.table(
                    ["", *(side.variant for side in self.glass.sides), ""], [_cells(row) for row in found]
                )

    def print_json(self) -> None:
        """For a program."""
        sides = {}
        for number, (side, path) in enumerate(zip(self.glass.sides, self.stood, strict=True)):
            place = place_of(path) if path else None
            sides[side.variant] = {
                "line": place and place.line,
                "round": (place and place.round) or None,
                "text": side.page.splitlines()[place.line - 1] if place else None,
                "before": [row.values[number] for row in self.before if row.values[number] is not None],
                "after": [row.values[number] for row in self.after if row.values[number] is not None],
            }
        found = {
            "experiment": self.planned.name,
            "settings": msgspec.to_builtins(self.planned.settings),
            "variants": sides,
            "same": {row.name: row.same for row in self.before},
        }
        if self.difference is not None:
            found["first_difference"] = {
                "found": self.difference.found,
                "names": self.difference.names,
                "compared": self.difference.compared,
                "sentence": self.difference.sentence,
            }
        sys.stdout.write(json_text(found) + "\n")


def _line(side: Side, wanted: str) -> int | None:
    """The line of a page that was meant, by its number or by some of its text."""
    if wanted.strip().isdecimal():
        number = int(wanted)
        return number if 1 <= number <= len(side.page.splitlines()) else None
    try:
        return page.lines_of(wanted, side.page)[0]
    except page.PageError:
        return None


def _where(side: Side, path: tuple[int, ...]) -> str:
    if not path:
        return (
            f"raised {side.raised.type} on line {side.raised.line}"
            if side.raised
            else "at the end of its page"
        )
    line, round = place_of(path)
    text = side.page.splitlines()[line - 1].strip()
    return f"line {line}{f', round {round}' if round else ''}: {text}"


def _cells(row: Row) -> list[str]:
    return [row.name, *("–" if value is None else value.text for value in row.values), difference(row)]


def _is_as_before(row: Row, before: list[Row]) -> bool:
    known = next((one for one in before if one.name == row.name), None)
    return known is not None and [_seen(one) for one in row.values] == [_seen(one) for one in known.values]


def _seen(value: Value | None) -> tuple[str, str | None] | None:
    return None if value is None else (value.text, value.digest)


def _is_name(expression: str) -> bool:
    try:
        names.check(expression)
    except ValueError:
        return False
    return True
