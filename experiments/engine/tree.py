"""Pages as a tree: what they have in common, and where they part."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A stretch that some variants have in common.

    until: how many statements from the top of the page are run when it is over; None: all of them.
    children: who goes on from there, by the first of its variants in the order of the pages.
    """

    variants: tuple[str, ...]
    until: int | None
    children: tuple["Node", ...] = ()

    @property
    def first(self) -> str:
        """The variant whose page is run on this stretch."""
        return self.variants[0]

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree(pages: Mapping[str, str]) -> Node:
    """The tree of these pages, by variant.

    Pages share their statements up to the first that differs in its text or its place. A page that stands
    there twice is run twice, from its top: two runs that agree are evidence only where there were two.
    """
    chunks = {variant: _chunks(page) for variant, page in pages.items()}
    firsts = {pages[variant]: variant for variant in reversed(list(pages))}.values()
    copies = [variant for variant in pages if variant not in firsts]
    node = _grown({variant: chunks[variant] for variant in pages if variant not in copies}, 0)
    return Node(tuple(pages), 0, (node, *map(_leaf, copies))) if copies else node


def apart(pages: Mapping[str, str]) -> Node:
    """The tree of these pages where nothing may be shared."""
    return Node(tuple(pages), 0, tuple(map(_leaf, pages))) if len(pages) > 1 else _leaf(next(iter(pages)))


def _leaf(variant: str) -> Node:
    return Node((variant,), None)


def _grown(chunks: Mapping[str, Sequence[str]], done: int) -> Node:
    """The node of these variants, which have `done` statements in common already."""
    variants = tuple(chunks)
    if len(variants) == 1:
        return _leaf(variants[0])
    groups: dict[str | None, dict[str, Sequence[str]]] = {}
    while len(groups) < 2:
        groups = {}
        for variant, texts in chunks.items():
            next_text = texts[done] if done < len(texts) else None
            groups.setdefault(next_text, {})[variant] = texts
        done += 1
    return Node(variants, done - 1, tuple(_grown(group, done) for group in groups.values()))


def _chunks(page: str) -> list[str]:
    """The page's text, a piece for each top-level statement; one piece where Python cannot read it."""
    try:
        ends = [node.end_lineno or node.lineno for node in ast.parse(page).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [page]
    lines = page.splitlines(keepends=True)
    return ["".join(lines[begin:end]) for begin, end in zip([0, *ends], [*ends, len(lines)], strict=False)]
