"""Pages share what they have in common, and nothing more."""

from experiments.engine.tree import Node, apart, tree

BASE = "a = 1\nb = 2\nfor n in range(3):\n    a += n\nc = 3\n"


def outline(node: Node) -> object:
    """The variants of a leaf, or how far a stretch goes and who goes on from there."""
    return (
        node.variants[0] if not node.children else (node.until, [outline(child) for child in node.children])
    )


def test_pages_part_at_the_first_statement_that_differs() -> None:
    pages = {"as it is": BASE, "loop": BASE.replace("+=", "-="), "end": BASE.replace("c = 3", "c = 4")}
    assert outline(tree(pages)) == (2, [(3, ["as it is", "end"]), "loop"])


def test_what_a_page_adds_at_its_end_comes_after_the_part_in_common() -> None:
    assert outline(tree({"short": BASE, "long": BASE + "d = 4\n"})) == (4, ["short", "long"])


def test_a_comment_parts_pages_too_since_the_lines_below_it_move() -> None:
    assert outline(tree({"a": BASE, "b": BASE.replace("b = 2", "# two\nb = 2")})) == (1, ["a", "b"])


def test_a_page_that_stands_there_twice_is_run_twice() -> None:
    pages = {"once": BASE, "other": BASE.replace("c = 3", "c = 4"), "again": BASE}
    assert outline(tree(pages)) == (0, [(3, ["once", "other"]), "again"])
    assert outline(tree({"once": BASE, "again": BASE})) == (0, ["once", "again"])


def test_a_page_that_python_cannot_read_shares_nothing() -> None:
    assert outline(tree({"a": BASE, "b": BASE + "d ="})) == (0, ["a", "b"])


def test_one_page_is_one_stretch() -> None:
    assert outline(tree({"a": BASE})) == "a"
    assert outline(apart({"a": BASE})) == "a"
    assert outline(apart({"a": BASE, "b": BASE + "d = 4\n"})) == (0, ["a", "b"])
