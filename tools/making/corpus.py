"""Makes the embedded corpus: `python -m tools.making.corpus`.

The same seed gives the same files. Whoever corrects a sentence by hand corrects the grammar too, or the next
making undoes it.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools.making.grammar import Frame, Teller, read_frames, read_pools, required_slots

FOLDER = Path(__file__).parents[2] / "experiments" / "bundled" / "corpus"
SEED = 2003
SIZES = {"train": 1440, "validation": 360}
PARAPHRASES = 2 / 3
FEWEST_WORDS, MOST_WORDS = 7, 35
SAME_TELLING = 0.2
ROLE_SWAPS = 0.2
CHANGES = (1, 1, 2, 2, 3)
PASSIVE = re.compile(r"\b(was|were|be|been|being|is|are) (\w+ )?(\(?\w+(ed|ken|sed|ght|ld|en)\b)")


@dataclass(frozen=True)
class Pair:
    """Two sentences, whether they say the same, and what makes them so."""

    sentence1: str
    sentence2: str
    label: str
    frame: str
    tags: tuple[str, ...]


def _tellings(frame: Frame, rng: random.Random) -> tuple[str, str]:
    if rng.random() < SAME_TELLING:
        return (telling := rng.choice(frame.tellings)), telling
    one, two = rng.sample(frame.tellings, 2)
    return one, two


def paraphrase(frame: Frame, teller: Teller) -> Pair:
    """One event told twice."""
    values = teller.event(frame)
    one, two = _tellings(frame, teller.rng)
    first, second = teller.tell(one, values), teller.tell(two, values)
    tags = ["synonym"] if one == two else ["reordering", "synonym"]
    if bool(PASSIVE.search(one)) != bool(PASSIVE.search(two)):
        tags.append("passive")
    if first.slots != second.slots or abs(len(first.text) - len(second.text)) > 25:
        tags.append("extra detail")
    return Pair(first.text, second.text, "equivalent", frame.name, tuple(tags))


def another_event(frame: Frame, teller: Teller) -> Pair:
    """Two events of one kind that differ in one to three slots, or in who did what to whom."""
    values, changed = teller.event(frame), {}
    one, two = _tellings(frame, teller.rng)
    first = teller.tell(one, values)
    shared = first.slots & required_slots(two)
    if frame.swap and set(frame.swap) <= shared and teller.rng.random() < ROLE_SWAPS:
        a, b = frame.swap
        changed, tags = {a: values[b], b: values[a]}, ["role swap"]
    else:
        names = teller.rng.sample(sorted(shared), min(len(shared), teller.rng.choice(CHANGES)))
        changed = {name: teller.other_value(frame.slots[name], set(values.values())) for name in names}
        tags = sorted({frame.slots[name].tag for name in names})
    second = teller.tell(two, {**values, **changed})
    return Pair(first.text, second.text, "not_equivalent", frame.name, tuple(tags))


def make_split(frames: list[Frame], size: int, teller: Teller) -> list[Pair]:
    """`size` pairs without a sentence twice, spread evenly over the frames."""
    pairs: list[Pair] = []
    seen: set[str] = set()
    labels = Counter(equivalent=round(size * PARAPHRASES))
    labels["not_equivalent"] = size - labels["equivalent"]
    for label, make in (("equivalent", paraphrase), ("not_equivalent", another_event)):
        count = 0
        while count < labels[label]:
            pair = _shuffled(make(frames[count % len(frames)], teller), teller.rng)
            texts = {pair.sentence1, pair.sentence2}
            if len(texts) == 2 and not texts & seen and all(_fits(text) for text in texts):
                seen |= texts
                pairs.append(pair)
                count += 1
    teller.rng.shuffle(pairs)
    return pairs


def _shuffled(pair: Pair, rng: random.Random) -> Pair:
    if rng.random() < 0.5:
        return pair
    return Pair(pair.sentence2, pair.sentence1, pair.label, pair.frame, pair.tags)


def _fits(text: str) -> bool:
    return FEWEST_WORDS <= len(text.split()) <= MOST_WORDS


def write(folder: Path, splits: dict[str, list[Pair]]) -> None:
    """One CSV a split with MRPC's columns, and the tags beside them in `tags.tsv`."""
    with (folder / "tags.tsv").open("w", encoding="utf-8", newline="") as tags_file:
        tags = csv.writer(tags_file, delimiter="\t", lineterminator="\n")
        tags.writerow(("split", "idx", "frame", "tags"))
        for split, pairs in splits.items():
            with (folder / f"{split}.csv").open("w", encoding="utf-8", newline="") as data_file:
                data = csv.writer(data_file, lineterminator="\n")
                data.writerow(("sentence1", "sentence2", "label", "idx"))
                for index, pair in enumerate(pairs):
                    data.writerow((pair.sentence1, pair.sentence2, pair.label, index))
                    tags.writerow((split, index, pair.frame, ", ".join(pair.tags)))


def main(folder: Path = FOLDER, seed: int = SEED) -> None:
    """Writes both splits and their tags to `folder`."""
    pools = read_pools()
    teller = Teller(pools, random.Random(seed))
    splits = {
        split: make_split(read_frames(split, pools["tags"]), size, teller) for split, size in SIZES.items()
    }
    folder.mkdir(exist_ok=True)
    write(folder, splits)


if __name__ == "__main__":
    main()
