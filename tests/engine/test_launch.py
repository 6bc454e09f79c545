"""Pages on several processes: each one's run comes back, and a failure ends them all."""

from multiprocessing import active_children

import pytest

from experiments.engine.launch import LaunchError, launch, text_of
from experiments.engine.runner import Runner

pytestmark = pytest.mark.run

START = """\
import torch
from accelerate import Accelerator
accelerator = Accelerator()
rank = accelerator.process_index
"""
WAITS_FOR_ALL = "accelerator.reduce(torch.ones(1))\n"


def test_the_processes_work_together_and_each_gives_its_own_run() -> None:
    page = (
        START
        + "eval_metric = {'accuracy': float(accelerator.reduce(torch.tensor(rank + 1.0)))}\n"
        + "scored = [accelerator.num_processes, rank]\n"
    )
    runs = launch(page, 2, "experiments.gathered")
    assert [run.observed["scored"] for run in runs] == [[2, 0], [2, 1]]
    assert [run.accuracy for run in runs] == [3.0, 3.0]
    assert not active_children()


def test_what_one_process_raises_ends_those_that_wait_for_it() -> None:
    page = START + "if rank == 1:\n    raise ValueError('no batch of [PAD]')\n" + WAITS_FOR_ALL
    with pytest.raises(
        LaunchError, match=r"process 1 failed:(.|\n)*ValueError: no batch of \[PAD\] \(line 6"
    ):
        launch(page, 2)
    assert not active_children()


def test_a_crash_is_told_too() -> None:
    with pytest.raises(LaunchError, match="process 0 failed"):
        launch(START + "import os\nif rank == 0:\n    os._exit(7)\n" + WAITS_FOR_ALL, 2)


def test_the_text_of_a_page_is_found_from_its_variables() -> None:
    page = "def tokenize_function(example):\n    return example  # [CLS]\n"
    runner = Runner(page, "bundled", lambda event: None, lambda: None)
    runner.run()
    assert text_of(runner.left) == page
