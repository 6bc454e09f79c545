"""YAML to plain data, within bounds, with the place of everything in it.

The reader builds from the parser's events rather than by PyYAML's constructors: no tag is ever followed and
no alias expanded, so reading a file cannot run anything, and takes time and memory in proportion to its size.
Plain scalars are read as YAML 1.2's core schema has them: `no` and `on` stay text.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from app.bank.problems import Place, Problem, problem_at

MAX_BYTES = 8 * 2**20
MAX_NODES = 200_000
MAX_DEPTH = 16
MAX_TEXT = 20_000
"""Characters of one text: an answer is read on a screen, and held against what is typed."""
MOST_TWICE = 50
"""How many keys that are there twice are told, a file."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,5})?")
_WORDS: dict[str, Any] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_NUMERIC = frozenset("0123456789+-.")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Path_ = tuple[str | int, ...]
"""Where a value is: the keys and indices that lead to it."""


class Unreadable(Exception):
    """A file that is no data. Carries the one Problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Document:
    """A file's text and data. Raises Unreadable.

    `marks`: keep the place of every value (slower; wanted only once something is wrong).
    `problems`: what is wrong but leaves the data readable, namely keys that are there twice.
    """

    def __init__(self, file: str, content: bytes, *, marks: bool = False) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._lines: list[str] | None = None
        self._values: dict[tuple[int, Any], tuple[int, int]] = {}
        self._keys: dict[tuple[int, Any], tuple[int, int]] = {}
        self._marked = marks
        self.text = self._decode(content)
        self.data = self._read()

    def at(self, path: Path_ = (), *, key: bool = False) -> Place:
        """The place of a value, or of its key; of the nearest thing around it where it is not there."""
        self._mark()
        node, place = self.data, self._values.get((0, None), (0, 0))
        for step in path:
            table = self._keys if key and step == path[-1] else self._values
            found = table.get((id(node), step)) or self._values.get((id(node), step))
            if found is None:
                if isinstance(node, list) and isinstance(step, str):
                    continue  # a short form: `variants: {b: [edit]}` stands for `{b: {edits: [edit]}}`
                break
            place, node = found, node[step]
        return self.place(*place)

    def place(self, line: int, column: int) -> Place:
        """A place from a line and a column counted from 0."""
        if self._lines is None:
            self._lines = re.split("\r\n|\r|\n", self.text)
        text = self._lines[line] if line < len(self._lines) else ""
        rest = re.match(r"\w[\w-]*|\S+", text[column:])
        return Place(self.file, line + 1, column + 1, len(rest.group()) if rest else 1, text)

    def _mark(self) -> None:
        if not self._marked:
            self._marked, self.problems = True, []
            self.data = self._read()

    def _decode(self, content: bytes) -> str:
        if len(content) > MAX_BYTES:
            raise self._fail(
                0, 0, "size", f"{len(content):,} bytes", f"at most {MAX_BYTES:,} a file", "split it"
            )
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.text = content[: error.start].decode("utf-8-sig", "replace")
            line = self.text.count("\n")
            column = len(self.text) - (self.text.rfind("\n") + 1)
            self.text += content[error.start : error.start + 200].split(b"\n")[0].decode("utf-8", "replace")
            byte = f"the byte 0x{content[error.start]:02x}"
            raise self._fail(
                line, column, "not-utf-8", byte, "UTF-8 text", "save the file as UTF-8"
            ) from None
        return text

    def _fail(
        self, line: int, column: int, rule: str, found: str, expected: str, hint: str | None = None
    ) -> Unreadable:
        if not hasattr(self, "text"):
            self.text = ""
        return Unreadable(problem_at(self.place(line, column), rule, found, expected, hint=hint))

    def _hint(self, line: int, column: int) -> str:
        """What most often leads to YAML that does not parse, at this place."""
        lines = self.text.split("\n")
        here = lines[line] if line < len(lines) else ""
        if "\t" in here[: column + 1] and not here[:column].strip():
            return "indent with spaces, not with a tab"
        if not here[:column].strip():
            return "this line is indented otherwise than its neighbours, or the one before is not finished"
        return "put text that has `: `, ` #` or a leading `[`, `{`, `*`, `@` or backtick in quotes"

    def _events(self) -> Iterator[Any]:
        loader = _Loader(self.text)
        try:
            get = loader.get_event
            while (event := get()) is not None:
                yield event
                if type(event) is yaml.StreamEndEvent:
                    return
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            context = f" ({error.context})" if error.context else ""
            found = f"YAML that does not parse: {error.problem}{context}"
            line, column = (mark.line, mark.column) if mark else (0, 0)
            raise self._fail(line, column, "syntax", found, "valid YAML", self._hint(line, column)) from None
        except yaml.YAMLError as error:  # of the characters: libyaml gives an offset, but no line and column
            wrong = _UNPRINTABLE.search(self.text)
            before = self.text[: wrong.start()] if wrong else ""
            line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
            found = (
                f"the character U+{ord(wrong.group()):04X}" if wrong else f"YAML that does not parse: {error}"
            )
            raise self._fail(
                line, column, "control-character" if wrong else "syntax", found, "text"
            ) from None
        finally:
            loader.dispose()

    def _read(self) -> Any:
        """One document's data, from the events; the stack holds the open containers."""
        root: Any = None
        stack: list[tuple[Any, bool]] = []
        container: Any = None
        is_map = False
        key: Any = None
        key_mark: Any = None
        nodes = documents = 0
        marked, values, keys = self._marked, self._values, self._keys
        scalar, mapping_start, sequence_start = (
            yaml.ScalarEvent,
            yaml.MappingStartEvent,
            yaml.SequenceStartEvent,
        )
        mapping_end, sequence_end = yaml.MappingEndEvent, yaml.SequenceEndEvent
        waiting: list[tuple[Any, Any]] = []
        for event in self._events():
            kind = type(event)
            if kind is scalar:
                value: Any = event.value
                if len(value) > MAX_TEXT:
                    raise self._too_long(event)
                if is_map and key is None:
                    if event.anchor or event.tag:
                        raise self._refused(event)
                    key = value
                    key_mark = event.start_mark
                    if key in container:
                        self._twice(container, key, key_mark)
                    continue
                if not event.style and event.implicit[0]:
                    value = plain_value(value)
            elif kind is mapping_end or kind is sequence_end:
                container, is_map = stack.pop()
                key, key_mark = waiting.pop()
                if container is not None and is_map:
                    key = None
                continue
            elif kind is mapping_start:
                value = {}
            elif kind is sequence_start:
                value = []
            elif kind is yaml.AliasEvent:
                raise self._refused(event)
            else:
                documents += kind is yaml.DocumentStartEvent
                if documents > 1:
                    mark = event.start_mark
                    raise self._fail(
                        mark.line, mark.column, "documents", "a second document", "one document a file"
                    )
                continue
            mark = event.start_mark
            if event.anchor or event.tag:
                raise self._refused(event)
            if is_map and key is None:
                raise self._fail(mark.line, mark.column, "key", "a list or mapping as a key", "text as a key")
            nodes += 1
            if nodes > MAX_NODES:
                raise self._fail(
                    mark.line,
                    mark.column,
                    "size",
                    "still more values",
                    f"at most {MAX_NODES:,} a file",
                    "split it",
                )
            if container is None:
                root = value
                if marked:
                    values[0, None] = (mark.line, mark.column)
            elif is_map:
                container[key] = value
                if marked:
                    values[id(container), key] = (mark.line, mark.column)
                    keys[id(container), key] = (key_mark.line, key_mark.column)
            else:
                if marked:
                    values[id(container), len(container)] = (mark.line, mark.column)
                container.append(value)
            if kind is scalar:
                key = None
            else:
                stack.append((container, is_map))
                waiting.append((key, key_mark))
                if len(stack) > MAX_DEPTH:
                    raise self._fail(
                        mark.line, mark.column, "depth", "still deeper nesting", f"at most {MAX_DEPTH} levels"
                    )
                container, is_map, key = value, kind is mapping_start, None
        return root

    def _refused(self, event: Any) -> Unreadable:
        mark = event.start_mark
        if type(event) is yaml.AliasEvent:
            return self._fail(mark.line, mark.column, "alias", "an alias", "the value itself", "write it out")
        if event.anchor:
            return self._fail(
                mark.line, mark.column, "alias", "an anchor", "the value itself", "leave it out"
            )
        return self._fail(
            mark.line, mark.column, "tag", f"the tag {event.tag[:80]!r}", "plain data", "leave it out"
        )

    def _too_long(self, event: Any) -> Unreadable:
        line, column = event.start_mark.line, event.start_mark.column
        found = f"a text of {len(event.value):,} characters"
        return self._fail(
            line, column, "size", found, f"at most {MAX_TEXT:,}", "shorten it, or split the question"
        )

    def _twice(self, container: Any, key: str, mark: Any) -> None:
        if len(self.problems) >= MOST_TWICE:
            return
        place = self.place(mark.line, mark.column)
        first = self._keys.get((id(container), key))
        also = f"the first is on line {first[0] + 1}" if first else "keep one of them"
        self.problems.append(
            problem_at(
                place, "duplicate-key", f"the key {key[:80]!r} a second time", "every key once", hint=also
            )
        )


def plain_value(text: str) -> Any:
    """A scalar without quotes as YAML 1.2 reads it."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def read_bytes(path: Path) -> bytes:
    """A file's content, at most a little more than is accepted. Raises Unreadable."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreadable(
            problem_at(
                Place(str(path)),
                "unreadable",
                f"a file that cannot be read ({reason})",
                "a file of questions",
            )
        ) from None
