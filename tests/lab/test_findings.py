"""An exception of the page is a finding, with the line of the page that was shown."""

import pytest

from experiments.engine import Edit, Outcome, page
from experiments.engine.events import Bye, Raised, Statement
from tests.lab.racing import LOSS, STEP, TOP, planned, raced

pytestmark = [pytest.mark.run, pytest.mark.asyncio(loop_scope="session")]

BODY = '    return tokenizer(example["sentence1"], example["sentence2"], truncation=True)\n'
COLLATOR = "data_collator = DataCollatorWithPadding(tokenizer=tokenizer)\n"
PICKY = """\
padded = DataCollatorWithPadding(tokenizer=tokenizer)


def data_collator(features):
    raise ValueError("no batch of [PAD]")


"""
RAISING = {
    "statement": (Edit(TOP, f"{TOP}\n1 / 0\n"), "ZeroDivisionError", "division by zero", "1 / 0"),
    "loop": (Edit(STEP, "        optimizer.stop()\n"), "AttributeError", "stop", "optimizer.stop()"),
    "map": (Edit(BODY, '    raise KeyError("[SEP]")\n'), "KeyError", "[SEP]", "raise KeyError"),
    "collator": (Edit(COLLATOR, PICKY), "ValueError", "no batch of [PAD]", "raise ValueError"),
    "syntax": (Edit(LOSS, "        loss = (outputs.loss\n"), "SyntaxError", "never closed", "(outputs.loss"),
    "input": (Edit(TOP, 'input("go on?")\n'), "EOFError", "EOF", "input("),
}


async def test_what_was_raised_has_its_line_and_the_other_variants_run_on(pool) -> None:
    variants = {"page": [], **{name: [edit] for name, (edit, *_) in RAISING.items()}}
    ran = await raced(pool, variants, num_training_steps=2)
    pages = planned(variants, num_training_steps=2).pages
    for name, (_, kind, message, words) in RAISING.items():
        raised = ran.runs[name].raised
        assert raised is not None, name
        assert (raised.variant, raised.type) == (name, kind)
        assert message in raised.message
        assert raised.line is not None
        assert words in pages[name].splitlines()[raised.line - 1]
        assert words in ran.hello.variants[name], "the line is in the difference that was shown"
    assert len(ran.runs["page"].steps) == 2
    assert ran.runs["page"].raised is None


async def test_the_statements_cover_the_page(pool) -> None:
    ran = await raced(pool, {"page": []})
    told = [event for event in ran.of(Statement) if event.seconds is not None]
    written = {n for n, line in enumerate(page.loop().splitlines(), 1) if line.strip()}
    assert written <= {n for event in told for n in range(event.first, event.last + 1)}
    assert all(event.seconds >= 0 for event in told)
    backward = page.lines_of("accelerator.backward(loss)")
    assert ran.runs["page"].lines[backward] > 0
    assert ran.of(Outcome)
    assert isinstance(ran.events[-1], Bye)


async def test_where_the_unchanged_page_cannot_load_there_is_an_error_and_no_verdict(pool, tmp_path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for baseline in ([], [Edit(TOP, f"{TOP}edited = True\n")]):
        ran = await raced(pool, {"page": baseline}, model=str(tmp_path))
        assert ran.error.input
        assert "of the page" in ran.error.message
        assert "Traceback" not in ran.error.message
        assert ran.of(Raised)
        assert not ran.of(Outcome)
