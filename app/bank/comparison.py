"""The comparisons that an experiment in YAML decides by: a small declared grammar, never evaluated as Python.

    condition  = comparison { "and" comparison }
    comparison = measured operator ( [ number "×" ] measured | number | exception ) | "raised" "of" variant
    measured   = measure "of" variant
    operator   = ">" | ">=" | "<" | "<=" | "=" | "!="

`≥`, `≤`, `≠`, `==` and `*` are understood too. An exception is compared by its type's name, `nothing` where
none was raised.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.bank.problems import listed
from app.format import number
from experiments.engine import Compared, measures
from experiments.engine.near import nearest
from experiments.engine.runs import Run

Value = float | str | None
"""A measured number, the name of an exception's type, or None for what was not measured."""

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "≥": operator.ge,
    "≤": operator.le,
    "≠": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_NUMBER = re.compile(r"[-+]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][-+]?\d{1,3})?(?![\w.])")
_WORD = re.compile(r"[A-Za-z_][\w.]*")
_TIMES = re.compile(r"\s*[×*]")


class BadComparison(ValueError):
    """A text outside the grammar. `offset` is where, in characters."""

    def __init__(self, offset: int, found: str, expected: str, hint: str | None = None) -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.offset, self.found, self.expected, self.hint = offset, found, expected, hint


@dataclass(frozen=True)
class Measured:
    """A measure of a variant's run."""

    measure: str
    variant: str

    def __str__(self) -> str:
        return f"{self.measure.replace('_', ' ')} of {self.variant}"

    def of(self, runs: Mapping[str, Run]) -> Value:
        """Its value; None where the run has none."""
        run = runs.get(self.variant)
        value = measures.compared()[self.measure].of(run) if run else None
        return None if isinstance(value, float) and math.isnan(value) else value


@dataclass(frozen=True)
class Comparison:
    """One comparison: `left operator factor × right`."""

    left: Measured
    operator: str
    factor: float
    right: Measured | float | str

    def holds(self, runs: Mapping[str, Run]) -> bool:
        """Whether it holds; never where a side was not measured."""
        left, right = self.left.of(runs), self._right(runs)
        if isinstance(left, str) or isinstance(right, str):
            return (left == right) == (OPERATORS[self.operator] is operator.eq)
        if left is None or right is None:
            return False
        return OPERATORS[self.operator](left, self.factor * right)

    def compared(self, runs: Mapping[str, Run]) -> dict[str, Compared]:
        """What an order is decided by; empty where the sides are held to be equal, or one is no number.

        Two measures are compared by their ratio's logarithm: it spreads alike on both sides.
        """
        left, right = self.left.of(runs), self._right(runs)
        is_order = OPERATORS[self.operator] not in (operator.eq, operator.ne)
        if not (is_order and isinstance(left, int | float) and isinstance(right, int | float)):
            return {}
        if isinstance(self.right, Measured) and left > 0 and right > 0:
            return {
                f"log of {self.left} by {self.right}": Compared(math.log(left / right), math.log(self.factor))
            }
        return {f"{self.left}, against {self.right}": Compared(left, self.factor * right)}

    def told(self, runs: Mapping[str, Run]) -> str:
        """What was measured on both sides, in words."""
        left, right = self.left.of(runs), self._right(runs)
        if self.left.measure == "raised":
            return f"{self.left.variant} raised {left}"
        words = f"the {self.left} is {shown(left)}"
        if not isinstance(self.right, Measured):
            return words
        other = (
            f"that of {self.right.variant}"
            if self.right.measure == self.left.measure
            else f"the {self.right}"
        )
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if numbers and right and math.isfinite(left / right):  # type: ignore[operator]
            return f"{words}, {shown(left / right)} × {other} ({shown(right)})"  # type: ignore[operator]
        return f"{words}, {other} {shown(right)}"

    def _right(self, runs: Mapping[str, Run]) -> Value:
        return self.right.of(runs) if isinstance(self.right, Measured) else self.right

    @property
    def measured(self) -> list[Measured]:
        return [self.left, *([self.right] if isinstance(self.right, Measured) else [])]


def shown(value: Value) -> str:
    """A measured value as a sentence has it."""
    return "not measured" if value is None else number(value)


def parse(text: str, variants: Iterable[str]) -> list[Comparison]:
    """The comparisons of a condition, which all have to hold. Raises BadComparison."""
    scanner = _Scanner(text, variants)
    comparisons = [scanner.comparison()]
    while not scanner.ended():
        scanner.word("and")
        comparisons.append(scanner.comparison())
    return comparisons


def parse_measured(text: str, variants: Iterable[str]) -> Measured:
    """A measure of a variant and nothing more. Raises BadComparison."""
    scanner = _Scanner(text, variants)
    measured = scanner.measured()
    if not scanner.ended():
        raise scanner.wrong("the end")
    return measured


class _Scanner:
    """Reads the grammar from left to right."""

    def __init__(self, text: str, variants: Iterable[str]) -> None:
        self.text, self.at = text, 0
        self.variants = sorted(variants, key=len, reverse=True)

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def ended(self) -> bool:
        self.skip()
        return self.at >= len(self.text)

    def wrong(self, expected: str, hint: str | None = None) -> BadComparison:
        self.skip()
        rest = re.match(r"\w+|\S{1,20}", self.text[self.at :])
        found = repr(rest.group()[:40]) if rest else "the end"
        return BadComparison(self.at, found, expected, hint)

    def word(self, wanted: str) -> None:
        self.skip()
        found = _WORD.match(self.text, self.at)
        if not found or found.group() != wanted:
            either = found is not None and found.group() == "or"
            raise self.wrong(f"`{wanted}`", "for `or`, write a rule for each side" if either else None)
        self.at = found.end()

    def comparison(self) -> Comparison:
        left = self.measured()
        self.skip()
        found = next((name for name in OPERATORS if self.text.startswith(name, self.at)), None)
        if found is None and left.measure == "raised":
            return Comparison(left, "!=", 1.0, measures.NOTHING)
        if found is None:
            raise self.wrong("a comparison: >, >=, <, <=, = or !=")
        if left.measure == "raised" and OPERATORS[found] not in (operator.eq, operator.ne):
            raise self.wrong("= or !=", "an exception is not more or less than another")
        self.at += len(found)
        return Comparison(left, found, *self.right(left))

    def right(self, left: Measured) -> tuple[float, Measured | float | str]:
        self.skip()
        if left.measure == "raised":
            name = _WORD.match(self.text, self.at)
            if not name:
                raise self.wrong("an exception's name, such as ValueError, or nothing")
            self.at = name.end()
            return 1.0, name.group()
        number = _NUMBER.match(self.text, self.at)
        if not number:
            return 1.0, self.measured(numeric=True)
        self.at = number.end()
        if not (times := _TIMES.match(self.text, self.at)):
            return 1.0, float(number.group())
        self.at = times.end()
        return float(number.group()), self.measured(numeric=True)

    def measured(self, numeric: bool = False) -> Measured:
        self.skip()
        known = [name for name in measures.compared() if not (numeric and name == "raised")]
        word = _WORD.match(self.text, self.at)
        if not word or word.group() not in known:
            hint = nearest(word.group(), known) if word else None
            raise self.wrong(f"a {'number or ' if numeric else ''}measure: {listed(known)}", hint)
        self.at = word.end()
        self.word("of")
        self.skip()
        for variant in self.variants:
            end = self.at + len(variant)
            if self.text.startswith(variant, self.at) and not (self.text[end : end + 1].isalnum()):
                self.at = end
                return Measured(word.group(), variant)
        rest = self.text[self.at :].split(" ")[0]
        names = listed([f"`{variant}`" for variant in self.variants])
        raise self.wrong(f"a variant: {names}", nearest(rest, self.variants))
