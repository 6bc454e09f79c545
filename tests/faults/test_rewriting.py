"""The page in another hand: what changes, and that it means the same."""

import ast
from random import Random

import pytest

from app.faults.catalogue import catalogue
from app.faults.plan import base
from app.faults.rewriting import NAMES, renamed, reworded, unbound
from experiments.engine import page

ZERO = "        optimizer.zero_grad()\n"
WORDINGS = list(catalogue().wordings.values())


def test_other_names_leave_all_else_as_it_is_written() -> None:
    names = {name: f"{others[0]}_x" for name, others in NAMES.items()}
    back = {new: old for old, new in names.items()}
    text = renamed(base(), names)
    assert text != base() and renamed(text, back) == base()
    assert "add_batch(predictions=guesses" not in text and "predictions=preds_x" in text


@pytest.mark.parametrize("seed", range(8))
def test_two_pages_in_one_hand_still_differ_by_the_fault_alone(seed: int) -> None:
    sick = base().replace(ZERO, "")
    healthy, other = reworded([base(), sick], WORDINGS, Random(seed))
    changed = [line for line in page.diff(healthy, other, 0).splitlines() if line[:1] in "+-"][2:]
    assert len(changed) == 1 and changed[0].endswith(".zero_grad()")
    ast.parse(other)
    assert not unbound(other)


def test_a_diff_with_the_known_page_is_full_of_lines_that_are_no_fault() -> None:
    sick = base().replace(ZERO, "")
    for seed in range(8):
        _, other = reworded([base(), sick], WORDINGS, Random(seed))
        diff = page.diff(base(), other, 0).splitlines()
        assert sum(line.startswith("-") for line in diff) > 25


def test_a_wording_that_would_take_a_name_from_the_fault_is_left_out() -> None:
    uses = base().replace("completed_steps = 0\n", "completed_steps = len(train_rows) * 0\n")
    for seed in range(8):
        pages = reworded([base(), uses], WORDINGS, Random(seed))
        assert not unbound(pages[1])


def test_a_name_without_a_value_is_seen_also_where_it_comes_too_late() -> None:
    assert unbound("a = b\nb = 1\n") == {"b"}
    assert not unbound("def f(x):\n    return x + y\ny = 1\nprint(f(y))\n")
