"""`viva run` for real: events, exit codes, interruption."""

import signal
import subprocess
import sys

import psutil
import pytest

from experiments.engine import Outcome
from experiments.engine.events import Bye, Hello, Raised, Step, decode

pytestmark = [pytest.mark.run, pytest.mark.timeout(400)]


def steps_of(events, variant):
    return [event.loss for event in events if isinstance(event, Step) and event.variant == variant]


@pytest.fixture
def long_run():
    """Starts a run that would take an hour; gives its process and its workers' after the first step."""
    started = []

    def start():
        words = ["run", "zero_grad", "--json", "--steps", "100000"]
        run = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        started.append(run)
        assert run.stdout is not None and run.stderr is not None
        for line in run.stdout:
            if isinstance(decode(line), Step):
                break
        else:
            pytest.fail(f"no step came: {run.stderr.read()}")
        return run, psutil.Process(run.pid).children(recursive=True)

    yield start
    for run in started:
        run.kill()
        run.wait()


def test_events_as_json_are_whole_and_the_same_seed_gives_the_same_losses(process):
    runs = []
    for _ in range(2):
        ended = process("run", "zero_grad", "--json", "--steps", 6, "--eval-examples", 16)
        assert ended.code == 0, ended.err
        runs.append([decode(line) for line in ended.out.splitlines()])
    for events in runs:
        assert isinstance(events[0], Hello)
        assert isinstance(events[-2], Outcome)
        assert isinstance(events[-1], Bye)
        assert all(len(steps_of(events, variant)) == 6 for variant in events[0].variants)
    for variant in runs[0][0].variants:
        assert steps_of(runs[0], variant) == steps_of(runs[1], variant)


def test_a_report_for_a_pipe_names_what_ran_and_what_came_of_it(process, tmp_path):
    rows = "".join(f"The mayor opened bridge {n}.,Bridge {n} was opened.,{n % 2}\n" for n in range(16))
    for split in ("train", "validation"):
        (tmp_path / f"{split}.csv").write_text("sentence1,sentence2,label\n" + rows)
    ended = process("run", 18, "--data", tmp_path, "--steps", 5)
    assert ended.code == 0, ended.err
    assert f"data {tmp_path}" in ended.out
    assert "model bundled" in ended.out
    assert "-        optimizer.zero_grad()" in ended.out
    assert "cleared: step 5 of 5" in ended.out
    assert "verdict: " in ended.out
    assert "The answer to zero-grad stands on" in ended.out
    assert "\x1b" not in ended.out


def test_data_without_the_columns_is_bad_input(process, tmp_path):
    for split in ("train", "validation"):
        (tmp_path / f"{split}.csv").write_text("sentence1,text,label\na,b,0\nc,d,1\n")
    ended = process("run", "zero_grad", "--data", tmp_path)
    assert ended.code == 2
    assert "no column sentence2; found sentence1, text, label" in ended.err
    assert "Traceback" not in ended.err


def test_a_checkpoint_that_cannot_be_loaded_is_bad_input(process, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "no-such-model"}')
    ended = process("run", "zero_grad", "--model", tmp_path)
    assert ended.code == 2
    assert "of the page" in ended.err
    assert "Traceback" not in ended.err


def test_an_interruption_is_130_and_takes_the_workers_along(long_run):
    run, workers = long_run()
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert said.strip() == "viva: interrupted"
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive


def test_a_reader_that_leaves_ends_the_run(long_run):
    run, workers = long_run()
    assert run.stdout is not None and run.stderr is not None
    run.stdout.close()
    said = run.stderr.read()
    assert run.wait(timeout=60) == 1
    assert said == ""
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive


def test_an_exception_of_the_page_is_shown_on_its_line(process, tmp_path):
    (tmp_path / "raising.yaml").write_text(
        """\
topic: Raising
questions:
  - id: no-loss
    level: basic
    question: What if the loss is asked of the batch?
    answer: It raises.
    key_points: [{point: raises, any: [raises], hint: Does it run?}]
    experiment:
      set: {steps: 3, num_eval_examples: 16}
      variants:
        a: []
        b: [{old: "loss = outputs.loss", new: "loss = outputs.lost"}]
      outcomes: {raises: It raises, runs: It runs}
      decide:
        - {when: raised of b, outcome: raises}
        - {otherwise: runs}
"""
    )
    ended = process("run", "raising/no-loss", "--trust", "--bank", tmp_path / "raising.yaml")
    assert ended.code == 0, ended.err
    assert "b raised AttributeError on line" in ended.out
    assert "|         loss = outputs.lost" in ended.out
    assert "verdict: raises" in ended.out


def test_json_of_a_variant_that_raises_still_ends_in_verdict_and_bye(process):
    pytest.importorskip("experiments.extra_columns")
    ended = process("run", "extra_columns", "--json", "--steps", 2, "--eval-examples", 16)
    events = [decode(line) for line in ended.out.splitlines()]
    assert any(isinstance(event, Raised) for event in events)
    assert [type(event) for event in events[-2:]] == [Outcome, Bye]
    assert ended.code == 0


LEAVING = """\
topic: Leaving
questions:
  - id: child
    level: basic
    question: What if a child stays?
    answer: It is ended.
    key_points: [{point: ended, any: [ended], hint: Is it?}]
    experiment:
      set: {steps: STEPS, num_eval_examples: 16}
      variants:
        a: []
        b:
          - old: "set_seed(seed)\\n"
            new: |
              set_seed(seed)
              import subprocess
              subprocess.Popen(["sleep", "3602"], start_new_session=True)
      outcomes: {same: It runs}
      decide: [{otherwise: same}]
"""


@pytest.mark.parametrize("steps", [3, 100_000])
def test_a_detached_child_of_a_page_holds_nobody_up(tmp_path, steps):
    """The run ends by itself; a longer one is interrupted, with 130 and one line."""
    file = tmp_path / "leaving.yaml"
    file.write_text(LEAVING.replace("STEPS", str(steps)), encoding="utf-8")
    words = ["run", "leaving/child", "--trust", "--json", "--bank", str(file)]
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as run:
        seen = dict.fromkeys("ab", 0)
        while not all(seen.values()):
            if isinstance(event := decode(run.stdout.readline()), Step):
                seen[event.variant] += 1
        family = psutil.Process(run.pid).children(recursive=True)
        if steps > 3:
            run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
    assert (run.returncode, said.strip()) == ((130, "viva: interrupted") if steps > 3 else (0, ""))
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
