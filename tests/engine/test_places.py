"""A place is a line and a round; places of one run are in order, and two pages' can be held together."""

from textwrap import dedent

from experiments.engine import page
from experiments.engine.places import Pairing, Path, Place, outline, place_of
from experiments.engine.places import Rounds as Counts
from experiments.engine.runner import Runner

NESTED = dedent(
    """
    total = 0
    for epoch in range(2):
        total += 1
        for batch in [1, 2]:
            if batch == 2:
                total += batch
        kind = 0
        while kind < 2:
            kind += 1
        for step, batch in enumerate([3]):
            total += step
    done = total
    """
).lstrip()


def places(text: str) -> list[Path]:
    """All places of a run, as the runner comes to them."""
    shape = outline(text)
    counts, heads, found = Counts(shape), {loop.line for loop in shape.loops}, []

    def come(line: int, fetching: bool) -> None:
        if not fetching:
            counts.come(line)
        if fetching or line not in heads:
            found.append(counts.path(line, fetching=fetching))

    assert Runner(text, "bundled", lambda event: None, lambda: None, come).run()
    return found


def test_rounds_are_counted_over_the_whole_run() -> None:
    found = [place_of(path) for path in places(NESTED)]
    assert [place.round for place in found if place.line == 6] == [2, 4], "a line that every second round has"
    assert [place.round for place in found if place.line == 5] == [1, 2, 3, 4]
    assert [place.round for place in found if place.line == 4] == [1, 2, 3, 3, 4, 5], (
        "the last fetch finds nothing"
    )
    assert [place.round for place in found if place.line == 9] == [1, 2, 3, 4]
    assert [place.round for place in found if place.line == 11] == [1, 2]
    assert found[0] == Place(1, 0) and found[-1] == Place(12, 0)


def test_the_places_of_a_run_are_in_order() -> None:
    found = places(NESTED)
    assert found == sorted(found)


def test_a_run_that_nobody_looks_into_is_asked_nothing() -> None:
    runner = Runner(NESTED, "bundled", lambda event: None, lambda: None)
    assert runner.run() and runner._variables["__at__"] == runner._at


def test_lines_are_paired_through_what_one_page_lacks() -> None:
    baseline = page.loop()
    changed = baseline.replace("        optimizer.zero_grad()\n", "").replace(
        "for batch in train_dataloader:", "for step, batch in enumerate(train_dataloader):"
    )
    pairing = Pairing(baseline, changed)
    step, cleared, after = (
        page.lines_of(words)[0]
        for words in ("optimizer.step()", "optimizer.zero_grad()", "completed_steps += 1")
    )
    loop = step - 4
    assert pairing.is_comparable(0, step) and pairing.is_comparable(1, step)
    assert not pairing.is_comparable(0, cleared) and not pairing.is_comparable(0, loop)
    assert pairing.key(0, (loop - 1, 1, loop, 3, after)) == pairing.key(1, (loop - 1, 1, loop, 3, after - 1))
    assert pairing.key(0, (loop - 1, 1, loop, 3, cleared)) < pairing.key(1, (loop - 1, 1, loop, 3, after - 1))
    assert pairing.line(1, pairing.row(0, cleared)) is None


def test_lines_in_another_number_of_loops_are_not_compared() -> None:
    pairing = Pairing("for batch in x:\n    a = 1\n", "for n in y:\n    for batch in x:\n        a = 1\n")
    assert not any(pairing.is_comparable(0, line) for line in (1, 2))


def test_a_page_that_is_no_python_has_no_places() -> None:
    assert outline("for (").around == {}
