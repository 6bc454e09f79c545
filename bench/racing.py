"""Whole runs: from the key to the first step and to the verdict, cold, and with nothing shared."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from statistics import median
from typing import Any

from app.lab import pool as pools
from app.lab.plan import Plan, plan
from app.lab.pool import Pool
from app.lab.proof import plan_question
from app.lab.race import Race
from bench.figures import Figure, of_times
from bench.turns import EVALUATE, ROOT, STEPS, Contender
from experiments.engine import Outcome, catalog
from experiments.engine.events import Step

ROUNDS = 3
SLOW = ("majority", "wrong_tokenizer", "linear_schedule", "prepared_scheduler", "poor_eval", "trainer")
"""Those that were slowest when all were measured."""
SAMPLE = ("train_mode", "token_types", "linear_schedule")
"""What stands for all answers where all would take too long."""
TWO_TRAINERS = """
import os, sys
from experiments.engine import page, sources
from experiments.engine.settings import build
from experiments import set_format
settings = {**set_format.experiment.settings}
text = page.build(sources.knobs(build(settings)))
setup = text[: text.index("optimizer = ")]
TRAIN = '''
from transformers import Trainer, TrainingArguments
import numpy
def compute_metrics(told):
    return metric.compute(predictions=numpy.argmax(told.predictions, -1), references=told.label_ids)
metric = evaluate.load(metric_script, keep_in_memory=True)
args = TrainingArguments(
    output_dir="trainer", per_device_train_batch_size=batch_size, learning_rate=learning_rate,
    max_steps=num_training_steps, seed=seed, report_to="none", save_strategy="no", disable_tqdm=True,
)
trainer = Trainer(model, args, data_collator, train_dataset, eval_dataset, compute_metrics=compute_metrics)
trainer.train()
trainer.evaluate()
'''
for format in (True, False):
    written = setup if format else setup.replace('tokenized_datasets.set_format("torch")', "")
    exec(compile(written + TRAIN, "script.py", "exec"), {"__name__": "__main__", "__file__": str(page.LOOP)})
"""


@asynccontextmanager
async def warm_pool(size: int = 1) -> AsyncIterator[Pool]:
    """A pool whose workers have imported all."""
    pool = Pool(size)
    await pool.warm()
    for _ in range(pool.size):  # the first run shows that it has imported
        await _race(_of("device"), pool)
        pool._idle.append(pool._idle.pop(0))
    try:
        yield pool
    finally:
        await pool.close()


def _of(name: str) -> Plan:
    return plan(catalog.find(name))


async def _race(planned: Plan, pool: Pool) -> tuple[float, float, list[float]]:
    """Seconds to the first step, to the verdict, and of each step. Raises RuntimeError without a verdict."""
    race = Race(planned, pool)
    began, first, verdict = time.perf_counter(), 0.0, 0.0
    async for event in race.events():
        now = time.perf_counter() - began
        if isinstance(event, Step):
            first = first or now
        if isinstance(event, Outcome):
            verdict = now
    if not verdict:
        raise RuntimeError(f"{planned.name} came to no verdict")
    return first, verdict, [step.seconds for run in race.runs.values() for step in run.steps]


async def begin_ahead(planned: Plan, pool: Pool) -> None:
    """As if somebody had read the question for a while, on a machine with leisure."""
    pools.has_leisure = lambda: True
    request = planned.request_ahead
    if request is None:
        return
    await pool.go_ahead(request)
    worker, heard = pool._ahead, -1
    while worker and len(worker._ahead) != heard:
        heard = len(worker._ahead)
        await asyncio.sleep(1.5)


async def to_the_verdict(environment: Mapping[str, str]) -> list[Figure]:
    """`zero_grad` beside the pure time of its steps, `set_format` beside a script with two Trainers."""
    zero_grad, set_format = _of("zero_grad"), _of("set_format")
    pure, raced, formatted, scripted = [], [], [], []
    async with warm_pool() as pool:
        for _ in range(ROUNDS):
            pure.append(_pure(zero_grad, environment))
            await begin_ahead(zero_grad, pool)
            raced.append((await _race(zero_grad, pool))[1])
        for _ in range(ROUNDS - 1):
            scripted.append(_seconds([sys.executable, "-c", TWO_TRAINERS], environment))
            await begin_ahead(set_format, pool)
            formatted.append((await _race(set_format, pool))[1])
    return [
        of_times(
            "key to verdict, warm: zero_grad, all variants",
            "the pure time of its steps on two cores",
            raced,
            pure,
            at_most=1.25,
        ),
        of_times(
            "key to verdict, warm: set_format",
            "a script with two Trainers",
            formatted,
            scripted,
            at_most=0.25,
        ),
    ]


def _pure(planned: Plan, environment: Mapping[str, str]) -> float:
    """What the plan's steps and evaluations would take two cores that did nothing else.

    Two bare loops train and evaluate at the same time, a core each; every variant takes as long as they do.
    """
    steps = planned.settings.num_training_steps
    stretches = steps // STEPS
    with Contender(["bare"], environment) as one, Contender(["bare"], environment) as two:
        both = (one, two)
        took = 0.0
        for contender in both:
            contender.ready()
        for _ in range(2):  # the first of each is slower
            for contender in both:
                contender.go()
            [contender.ready() for contender in both]
        for _ in range(stretches):
            for contender in both:
                contender.go()
            took += sum(contender.ready() for contender in both) / 2
        for contender in both:
            contender.go(EVALUATE)
        took += sum(contender.ready() for contender in both) / 2
    return took * len(planned.pages) / 2


def cold(environment: Mapping[str, str]) -> Figure:
    libraries = "import torch, transformers, datasets, evaluate, accelerate"
    names = "from transformers import AutoModelForSequenceClassification, AutoTokenizer"
    viva = [sys.executable, "-P", "-m", "app.cli", "run", "zero_grad"]
    runs, imports = [], []
    for _ in range(ROUNDS):
        imports.append(_seconds([sys.executable, "-c", f"{libraries}\n{names}"], environment))
        runs.append(_seconds(viva, environment))
    return of_times("viva run zero_grad, cold", "importing the five libraries", runs, imports, at_most=1.6)


async def sharing() -> Figure:
    """A sample of answers, verified with and without sharing what their pages have in common."""
    shared, apart = [], []
    async with warm_pool(2) as pool:
        for name in SAMPLE:
            planned = _of(name)
            shared.append((await _race(planned, pool))[1])
            apart.append(await _apart(planned, pool))
    what = f"verifying, forked where pages part: {', '.join(SAMPLE)}"
    return of_times(what, "each page alone, from its top", shared, apart, at_most=0.5)


async def _apart(planned: Plan, pool: Pool) -> float:
    """Seconds of the variants' lone runs, on as many lanes as they have together."""
    lanes = asyncio.Semaphore(planned.lanes)

    async def alone(variant: str) -> None:
        one = replace(planned, pages={variant: planned.pages[variant]}, decide=lambda runs: planned.decide)
        async with lanes:
            async for _ in Race(one, pool).events():
                pass

    began = time.perf_counter()
    await asyncio.gather(*map(alone, planned.pages))
    return time.perf_counter() - began


async def slowest() -> Figure:
    took = {}
    async with warm_pool() as pool:
        for name in SLOW:
            took[name] = (await _race(_of(name), pool))[1]
    name = max(took, key=lambda one: took[one])
    what = f"slowest experiment, warm: {name}"
    return Figure(what, "one second", [took[name]], took[name], 1.0, "s", at_most=8.0)


async def to_the_first_step() -> Figure:
    """From the key in the Lab until the first step stands on the screen; the question was read before."""
    from app.tui.app import VivaApp
    from app.tui.context import open_context
    from app.tui.screens.lab import LabScreen
    from app.tui.screens.quiz import QuizScreen

    waited, steps = [], []
    async with warm_pool() as pool:
        context = open_context()
        context.pool = pool
        app = VivaApp(context)
        async with app.run_test(size=(120, 40)) as pilot:
            asked = {getattr(one.experiment, "name", ""): one for one in context.bank.questions}
            question = asked["zero_grad"]
            planned = plan_question(question, {}, lambda content: False)
            for _ in range(5):
                app.ask(question.id)
                while not isinstance(app.screen, QuizScreen):
                    await pilot.pause(0.01)
                await begin_ahead(planned, pool)
                await pilot.press("r")
                while not isinstance(lab := app.screen, LabScreen):
                    await pilot.pause(0.01)
                await pilot.pause(0.2)
                began = time.perf_counter()
                await pilot.press("1" if question.predict else "r")
                while not re.search(r"step [1-9]", _shown(app)):  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
                waited.append(time.perf_counter() - began)
                while lab.state == "running":
                    await pilot.pause(0.05)
                steps.append(median(step.seconds for run in lab._race.runs.values() for step in run.steps))
                await pilot.press("escape", "escape")
                await pilot.pause(0.1)
    return of_times("key to first step on the screen, warm", "one training step", waited, steps, at_most=5.0)


def _shown(app: Any) -> str:
    """The top line of what is on the screen."""
    return "".join(segment.text for segment in app.screen._compositor.render_strips()[0])


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """How long a command takes. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    subprocess.run(command, env={**environment, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return time.perf_counter() - began
