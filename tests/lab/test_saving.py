"""An edit made by hand comes back as it was: as a question, and as a module."""

import importlib.util

import pytest

from app.bank.load import load
from app.lab.plan import NeedsConsent, plan, with_page
from app.lab.proof import plan_question
from app.lab.saving import edits_between, save_module, save_question
from experiments.engine import catalog, page

CHANGES = [
    ("        optimizer.zero_grad()\n", ""),
    ("loss = outputs.loss", "loss = outputs.loss * 2"),
    ("metric = evaluate", "x = 1\nmetric = evaluate"),
    ('"""Fine-tune', '"""Really fine-tune'),
]


def edited(changes):
    text = page.loop()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("changes", [CHANGES[:1], CHANGES[1:2], CHANGES[2:3], CHANGES], ids=len)
def test_edits_are_found_again(changes):
    after = edited(changes)
    assert page.apply(page.loop(), edits_between(page.loop(), after)) == after


def test_a_saved_question_runs_the_same_page_once_it_is_trusted(home):
    planned = with_page(plan(catalog.find("zero_grad")), "your page", edited(CHANGES))
    before = planned.pages[planned.baseline]
    after = page.apply(before, edits_between(page.loop(), edited(CHANGES)))
    planned = with_page(planned, "your page", after)
    path, content_hash = save_question(planned, "your page", "what-if", "What if [CLS]?")
    bank = load([path])
    assert not bank.problems
    (question,) = bank.questions
    with pytest.raises(NeedsConsent):
        plan_question(question, {}, lambda _: False)
    again = plan_question(question, {}, lambda asked: asked == content_hash)
    assert again.pages == planned.pages


def test_a_second_save_overwrites_nothing(home):
    planned = with_page(plan(catalog.find("zero_grad")), "your page", edited(CHANGES))
    planned = with_page(
        planned, "your page", planned.pages[planned.baseline].replace("outputs.loss", "outputs.loss * 3")
    )
    first, _ = save_question(planned, "your page", "what-if", "One?")
    second, _ = save_question(planned, "your page", "what-if", "Two?")
    assert first != second and first.exists() and second.exists()


def test_a_saved_module_is_an_experiment(home):
    planned = plan(catalog.find("zero_grad"))
    after = planned.pages[planned.baseline].replace("outputs.loss", "outputs.loss * 3")
    path = save_module(with_page(planned, "your page", after), "your page", "tripled")
    spec = importlib.util.spec_from_file_location("tripled", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    edits = module.experiment.variants["your page"]
    assert "outputs.loss * 3" in page.apply(page.loop(), edits)
