"""A yes is for just the content that was shown: edits, settings, and the files of the folders they name."""

import json
import shutil
from pathlib import Path

import pytest

from experiments.engine.sources import BUNDLED

pytestmark = [pytest.mark.run, pytest.mark.timeout(300)]

ASKED = "Run it, now and whenever it is the same?"
PACK = """\
topic: A pack
questions:
  - id: q
    level: basic
    question: What if the head had two labels?
    answer: It learns.
    key_points: [{{point: learns, any: [learns], hint: Does it?}}]
    experiment:
      set: {{steps: 2, num_eval_examples: 16{more}}}
      variants:
        a: []
        b: [{{old: "(checkpoint, num_labels=2)", new: "(checkpoint, num_labels=2, trust_remote_code=True)"}}]
      outcomes: {{same: It learns}}
      decide: [{{otherwise: same}}]
"""


@pytest.fixture
def pack(tmp_path):
    """`pack(more)`: the file of the pack, with more settings of its experiment."""
    file = tmp_path / "tp.yaml"

    def write(more: str = "") -> Path:
        file.write_text(PACK.format(more=more), encoding="utf-8")
        return file

    return write


@pytest.fixture
def model(tmp_path) -> Path:
    """A model folder whose own code, where it is let run, leaves a file `ran`."""
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED / "model", folder)
    config = json.loads((folder / "config.json").read_text())
    classes = {"AutoConfig": "evil.EvilConfig", "AutoModelForSequenceClassification": "evil.Evil"}
    (folder / "config.json").write_text(
        json.dumps({**config, "model_type": "evil", "auto_map": classes}), encoding="utf-8"
    )
    (folder / "evil.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
        "from transformers import BertConfig, BertForSequenceClassification\n"
        "class EvilConfig(BertConfig):\n    model_type = 'evil'\n"
        "class Evil(BertForSequenceClassification):\n    config_class = EvilConfig\n",
        encoding="utf-8",
    )
    return folder


def test_a_yes_does_not_carry_over_to_another_model(terminal, process, pack, model, tmp_path) -> None:
    code, shown = terminal("run", "tp/q", "--bank", pack(), answers={ASKED: "y"})
    assert code == 0, shown
    ended = process("run", "tp/q", "--bank", pack(f", model: {model}"))
    assert ended.code == 2, ended.out
    assert f"checkpoint = {str(model)!r}" in ended.err, "the model is shown with the code"
    assert not (tmp_path / "ran").exists()
    for words in (("verify", "tp/q"), ("check", "--run", pack(f", model: {model}"))):
        ended = process(*words, *(("--bank", pack(f", model: {model}")) if words[0] == "verify" else ()))
        assert ended.code == 2, ended.out + ended.err
        assert not (tmp_path / "ran").exists()


def test_a_yes_to_a_folder_ends_when_a_file_in_it_changes(terminal, process, pack, model, tmp_path) -> None:
    file = pack(f", model: {model}")
    code, shown = terminal("run", "tp/q", "--bank", file, answers={ASKED: "y"})
    assert code in (0, 1, 2), shown
    (tmp_path / "ran").unlink(missing_ok=True)
    again = process("run", "tp/q", "--bank", file)
    assert "nobody is here to say yes" not in again.err
    (tmp_path / "ran").unlink(missing_ok=True)
    (model / "evil.py").write_text((model / "evil.py").read_text() + "# more\n")
    changed = process("run", "tp/q", "--bank", file)
    assert changed.code == 2
    assert "nobody is here to say yes" in changed.err
    assert not (tmp_path / "ran").exists()
