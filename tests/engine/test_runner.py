"""The runner tells what a page does, statement by statement, and where it failed."""

import math
from collections.abc import Callable
from textwrap import dedent

import pytest

from experiments.engine.events import Eval, Event, Raised, Statement, Step, encode
from experiments.engine.runner import Runner
from experiments.engine.sources import SourceError

PREPARED = """
import time
import torch
weight = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([weight], lr=0.5)
num_training_steps = 4
"""

Ran = tuple[list[Event], Runner]


def run(text: str, data: str = "bundled", turn: Callable[[], None] = lambda: None) -> Ran:
    events: list[Event] = []
    runner = Runner(dedent(text), data, events.append, turn)
    runner.run()
    return events, runner


def of(kind: type, events: list[Event]) -> list:
    return [event for event in events if isinstance(event, kind)]


def raised(text: str) -> Raised:
    (event,) = of(Raised, run(text)[0])
    return event


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(dedent(text).splitlines(), 1) if words in line)


def test_each_statement_begins_and_ends_with_its_lines_in_order() -> None:
    events, _ = run("a = 1\nb = [\n    a,\n    2,\n]\n\nc = b\n")
    told = [(event.first, event.last, event.seconds is None) for event in of(Statement, events)]
    assert told == [(1, 1, True), (1, 1, False), (2, 5, True), (2, 5, False), (7, 7, True), (7, 7, False)]
    assert all(event.memory > 0 for event in of(Statement, events))


def test_a_line_in_a_loop_is_told_with_the_sum_over_all_rounds() -> None:
    text = """\
        import time
        for _ in range(4):
            time.sleep(0.02)
            quick = 1
        """
    events, _ = run(text)
    done = {(e.first, e.last): e.seconds for e in of(Statement, events) if e.seconds is not None}
    assert 0.08 <= done[3, 3] <= done[2, 4]
    assert done[4, 4] < done[3, 3]


def test_a_slow_line_in_a_loop_is_told_as_it_begins() -> None:
    events, _ = run("import time\nfor _ in range(3):\n    time.sleep(0.1)\n    pass\n")
    loop = of(Statement, events)[2:]
    assert any(event.first == 4 and event.seconds is None for event in loop)


def test_lines_in_every_kind_of_block_are_timed() -> None:
    text = """\
        for n in range(3):
            if n == 0:
                a = 1
            elif n == 1:
                a = 2
            else:
                a = 3
            try:
                1 / (n - 1)
            except ZeroDivisionError:
                a = 4
            else:
                a = 5
            finally:
                a = 6
            with open("/dev/null"):
                a = 7
            match n:
                case 0:
                    a = 8
            while a:
                a = 0
        """
    events, _ = run(text)
    timed = {e.first for e in of(Statement, events) if e.seconds is not None}
    lines = dedent(text).splitlines()
    assert {n for n, line in enumerate(lines, 1) if " = " in line} <= timed


def test_a_round_that_is_left_early_is_a_step_too() -> None:
    text = PREPARED + dedent(
        """
        for batch in range(5):
            loss = (weight * batch).sum()
            loss.backward()
            optimizer.step()
            if batch == 1:
                continue
            if batch == 3:
                break
        """
    )
    steps = of(Step, run(text)[0])
    assert [step.loss for step in steps[:1]] == [0.0]
    assert [step.step for step in steps] == [1, 2, 3, 4]
    assert {step.of for step in steps} == {4}
    assert {step.learning_rate for step in steps} == {0.5}


def test_a_round_that_raises_is_no_step() -> None:
    text = PREPARED + dedent(
        """
        for batch in range(5):
            loss = (weight * batch).sum()
            if batch == 2:
                raise ValueError("[CLS]")
        """
    )
    events, _ = run(text)
    assert len(of(Step, events)) == 2
    (event,) = of(Raised, events)
    assert (event.type, event.message, event.line) == ("ValueError", "[CLS]", line_of(text, "raise"))
    assert events[-1] is event


def test_an_inner_loop_counts_its_rounds_once() -> None:
    text = PREPARED + dedent(
        """
        for batch in [[1, 2], [3, 4]]:
            for batch in batch:
                loss = (weight * batch).sum()
                loss.backward()
                optimizer.step()
        """
    )
    assert [step.step for step in of(Step, run(text)[0])] == [1, 2, 3, 4]


def test_an_inner_loop_over_something_else_counts_the_rounds_of_the_batches() -> None:
    text = PREPARED + dedent(
        """
        for i, batch in enumerate([1, 2, 3]):
            for _ in range(2):
                loss = (weight * batch).sum()
                loss.backward()
                optimizer.step()
        """
    )
    assert len(of(Step, run(text)[0])) == 3


def test_a_loop_that_only_looks_counts_no_steps() -> None:
    text = PREPARED + dedent(
        """
        loss = weight.sum()
        for batch in range(5):
            with torch.no_grad():
                loss = (weight * batch).sum()
        """
    )
    assert of(Step, run(text)[0]) == []


def test_the_gradients_norm_is_that_which_the_optimizer_finds() -> None:
    text = PREPARED + dedent(
        """
        for batch in [3.0, 4.0]:
            loss = (weight * batch).sum()
            loss.backward()
            optimizer.step()
        """
    )
    assert [step.grad_norm for step in of(Step, run(text)[0])] == [3.0, 7.0]  # nothing clears them


def test_tokens_and_padding_are_those_of_the_batch() -> None:
    text = PREPARED + dedent(
        """
        ids, mask = torch.ones(2, 5), torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
        for batch in [{"input_ids": ids, "attention_mask": mask}, {"input_ids": ids}, {}]:
            loss = weight.sum()
        """
    )
    steps = of(Step, run(text)[0])
    assert [(step.tokens, step.padding) for step in steps] == [(10, 2), (10, None), (None, None)]


def test_a_loss_for_each_pair_is_a_step_without_a_number() -> None:
    text = PREPARED + "\nfor batch in [1.0]:\n    loss = torch.ones(3) * weight\n"
    events, _ = run(text)
    assert [step.loss for step in of(Step, events)] == [None]
    assert of(Raised, events) == []


def test_a_loss_that_is_no_number_is_told_as_it_is() -> None:
    text = PREPARED + "\nfor batch in [1.0]:\n    loss = weight.sum() * float('inf')\n"
    (step,) = of(Step, run(text)[0])
    assert step.loss == math.inf


def test_turns_are_asked_for_before_each_round() -> None:
    turns = []
    run("for batch in range(3):\n    seen = batch\n", turn=lambda: turns.append(1))
    assert len(turns) == 4  # the fourth finds that there is nothing left


def test_the_metrics_are_told_once_for_each_time_they_are_computed() -> None:
    events, _ = run(
        "eval_metric = {'accuracy': 0.5, 'f1': 1, 'mcc': 0.25}\nother = 1\neval_metric = {'f1': 0.5}\n"
    )
    assert of(Eval, events) == [Eval("", 0.5, 1.0, {"mcc": 0.25}), Eval("", None, 0.5)]


@pytest.mark.parametrize("value", ["0.5", "None", "[1, 2]", "'text'"])
def test_a_metric_of_another_shape_is_the_pages_own_affair(value: str) -> None:
    events, runner = run(f"eval_metric = {value}\nafter = 1\n")
    assert of(Eval, events) == of(Raised, events) == []
    assert runner.left.after == 1


def test_an_exception_has_the_line_of_its_statement() -> None:
    event = raised("a = 1\nb = [\n    a,\n    1 / 0,\n]\n")
    assert (event.type, event.message, event.line) == ("ZeroDivisionError", "division by zero", 4)


def test_an_exception_in_a_library_has_the_pages_line() -> None:
    assert raised("import json\n\nvalue = json.loads(\n    '{'\n)\n").line == 3


def test_an_exception_in_a_function_of_the_page_has_the_functions_line() -> None:
    assert raised("def halve(x):\n    return x / 0\n\n\nlist(map(halve, [1]))\n").line == 2


def test_a_page_that_exits_has_raised() -> None:
    event = raised("import sys\nsys.exit('enough')\n")
    assert (event.type, event.message, event.line) == ("SystemExit", "enough", 2)


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = (\n", 2), ("a = 1\n\nreturn a\n", 3), ("if 1:\nprint()\n", 2)]
)
def test_a_page_that_does_not_parse_runs_nothing(text: str, line: int) -> None:
    events, _ = run(text)
    (event,) = events
    assert isinstance(event, Raised)
    assert issubclass(getattr(__builtins__, event.type, SyntaxError), SyntaxError)
    assert event.line == line


def test_what_the_page_leaves_behind_can_be_looked_at() -> None:
    _, runner = run("a = 1\ndel a\nb = 2\n")
    assert runner.left.b == 2
    assert not hasattr(runner.left, "a")


DATA = """\
from types import SimpleNamespace as Split
raw_datasets = {{"train": Split(column_names={columns}, unique=lambda _: {labels}), {other}}}
raise KeyError("sentence1")
"""


@pytest.mark.parametrize(
    ("columns", "labels", "other", "said"),
    [
        (["sentence1", "idx"], [0], "", "split train: no column sentence2, label; found sentence1, idx"),
        (
            ["sentence1", "sentence2", "label"],
            [1, 0],
            "'test': 0",
            "no split called 'validation'; found train, test",
        ),
        (["sentence1", "sentence2", "label"], ["no"], "", "split train: label holds 'no'; expected 0 and 1"),
        (["sentence1", "sentence2", "label"], [0, 1, 2, 3], "", "label holds 0, 1, 2, …; expected 0 and 1"),
    ],
)
def test_a_page_that_raises_over_data_without_what_it_needs(columns, labels, other: str, said: str) -> None:
    text = DATA.format(columns=columns, labels=labels, other=other)
    with pytest.raises(SourceError, match=f"data folder.*{said}"):
        run(text, data="folder")
    assert of(Raised, run(text)[0]), "of the bundled data it is the edited page's own doing"


def test_an_edited_page_may_do_with_other_columns() -> None:
    text = DATA.format(columns=["premise"], labels=[], other="").replace("raise", "held =")
    events, _ = run(text, data="folder")
    assert of(Raised, events) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute", "raised ValueError"),
        ("raise ValueError('\\ud800')", "\\ud800"),
    ],
)
def test_an_exception_is_told_whatever_its_message_is(page: str, said: str) -> None:
    told: list[Event] = []
    Runner(page, "bundled", told.append, lambda: None).run()
    (raised,) = [event for event in told if isinstance(event, Raised)]
    assert said in raised.message
    assert encode(raised)
