"""Makes the embedded checkpoint: `python -m tools.making`.

Everything is seeded. A making that was stopped goes on where it was: each finished chunk of the teacher's
targets is kept in the work folder, and so is the state of the training every hundred steps.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils import logging

from tools.making.edits import Editor, read_lexicon
from tools.making.inputs import Inputs, MissingInput, find_inputs
from tools.making.pretrain import Recipe, pretrain, read_pairs
from tools.making.student import new_student, save
from tools.making.targets import Teacher, make_chunk
from tools.making.text import read_sentences, sample
from tools.making.vocabulary import choose_pieces, save_tokenizer

MODEL = Path(__file__).parents[2] / "experiments" / "bundled" / "model"
SHARES = {"wordnet": 22_000, "speeches": 40_000, "factbook": 14_000}
VOCABULARY = 12_000
CHUNKS, CHUNK_SIZE = 9, 1_500
CENTRE_SENTENCES = 600


def make_tokenizer(inputs: Inputs, sentences: dict[str, list[str]], folder: Path) -> PreTrainedTokenizerFast:
    """The student's tokenizer in `folder`, made there unless it already is."""
    if not (folder / "tokenizer.json").exists():
        teacher = AutoTokenizer.from_pretrained(inputs.teacher)
        everything = (sentence for part in sentences.values() for sentence in part)
        save_tokenizer(choose_pieces(teacher, everything, VOCABULARY), folder)
    return AutoTokenizer.from_pretrained(folder)


def make_chunks(inputs: Inputs, sentences: dict[str, list[str]], seed: int, folder: Path) -> list[Path]:
    """The teacher's targets, one file a chunk; chunks that are there are left as they are."""
    paths = [folder / f"chunk-{number:02}.pt" for number in range(CHUNKS)]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if not missing:
        return paths
    bases = sample(sentences, SHARES, seed)
    teacher = Teacher(inputs.teacher)
    teacher.fit_centre(bases[-CENTRE_SENTENCES:])
    lexicon = read_lexicon(inputs.wordnet, {word for word in teacher.tokenizer.get_vocab() if word.isalpha()})
    started = time.monotonic()
    for done, number in enumerate(missing, start=1):
        rng = random.Random(f"{seed}-{number}")
        torch.manual_seed(rng.randrange(2**31))
        chunk = make_chunk(teacher, Editor(lexicon, rng), bases[number * CHUNK_SIZE :][:CHUNK_SIZE], rng)
        partial = paths[number].with_suffix(".partial")
        torch.save(chunk, partial)
        partial.replace(paths[number])
        left = (time.monotonic() - started) / done * (len(missing) - done) / 60
        print(f"  chunk {number + 1} of {CHUNKS}: {left:.0f} minutes left", flush=True)
    return paths


def make(work: Path, out: Path, recipe: Recipe) -> None:
    """All of it, from the inputs to the checkpoint in `out`."""
    inputs = find_inputs()
    work.mkdir(parents=True, exist_ok=True)
    print("1 of 3  sentences and vocabulary", flush=True)
    sentences = read_sentences(inputs)
    tokenizer = make_tokenizer(inputs, sentences, work / "tokenizer")
    print("2 of 3  the teacher reads", flush=True)
    chunks = make_chunks(inputs, sentences, recipe.seed, work)
    print("3 of 3  the student learns", flush=True)
    torch.manual_seed(recipe.seed)
    teacher_vocabulary = AutoTokenizer.from_pretrained(inputs.teacher).get_vocab()
    model = new_student(tokenizer, str(inputs.teacher), teacher_vocabulary)
    pretrain(model, tokenizer, read_pairs(chunks, tokenizer), recipe, work / "training.pt")
    save(model, out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(work / "tokenizer" / name, out / name)
    print(f"The checkpoint is in {out}.")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.making", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("build/embedded"), help="where unfinished work is kept"
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="where the checkpoint goes")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        make(arguments.work, arguments.out, Recipe(seed=arguments.seed))
    except MissingInput as missing:
        print(missing, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
