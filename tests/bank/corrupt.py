"""Valid YAML, spoiled at random from a seed: what the loader has to survive."""

import random

SOUND = b"""# yaml-language-server: $schema=schema.json
topic: The training loop
questions:
  - id: zero-grad
    number: 18
    level: advanced
    tags: [optimizer, gradients]
    question: What goes wrong without `optimizer.zero_grad()`? [CLS] P[Y=1|x]
    answer: |
      Gradients add up across steps.

      ```python
      optimizer.zero_grad()
      ```
    key_points:
      - {point: gradients add up, any: [accumulate, add up, sum], hint: What is in .grad?}
    follow_ups: [schedule]
    traps: ["It explodes: at once"]
    lines: zero_grad
    sources: [https://pytorch.org/docs/stable/optim.html]
  - id: schedule
    level: basic
    question: "What does the linear schedule do?"
    answer: It warms up, then falls to zero.
    key_points:
      - point: it warms up
        any: [warms up]
    experiment:
      set: {learning_rate: 0.001}
      variants:
        kept: []
        dropped: [{old: "        lr_scheduler.step()\\n", new: ""}]
      decide:
        - {when: final_loss of dropped > 1.5 \xc3\x97 final_loss of kept, outcome: worse}
        - {otherwise: same}
      outcomes: {worse: it learns less, same: no difference}
"""

SWAPS = [
    b"null",
    b"[]",
    b"{}",
    b"12",
    b"-1e999",
    b"true",
    b"!!python/object/apply:os.system ['touch spoiled']",
    b"!!python/name:os.system",
    b"!!binary aGk=",
    b"&a [*a]",
    b"*missing",
    b"<<: *x",
    b"'",
    b'"',
    b"|",
    b">-",
    b"? [a]",
    b"---",
    b"...",
    b"%YAML 9.9",
    b"\xff\xfe",
    b"\x00",
    b"\x1b[2J",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    b"\t",
    b"2026-11-23",
    b"1_000",
    b"0x" + b"f" * 50,
    b"9" * 5000,
]


def spoil(chance: random.Random) -> bytes:
    """The sound file with one or a few kinds of damage."""
    content = SOUND
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        content = chance.choice(DAMAGE)(content, chance)
    return content


def _flip(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        if spoiled:
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _cut(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:] if chance.random() < 0.5 else content[:start]


def _swap(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b": ")
    lines[at] = key + colon + chance.choice(SWAPS)
    return b"\n".join(lines)


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(SWAPS) + content[at:]


def _shuffle(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    for _ in range(3):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _nest(content: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((5, 50, 5_000, 200_000))
    opening = chance.choice((b"[", b"{a: ", b"- ", b"? ", b"[{", b"!!seq [", b"&x [", b"{? "))
    return content + b"extra: " + opening * depth + chance.choice((b"", b"]" * depth, b"}" * depth))


def _laugh(content: bytes, chance: random.Random) -> bytes:
    width = chance.choice((2, 9, 200))
    lines = [b"a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]".encode() for n in range(1, 30)]
    lines += [b"merged: {<<: [*a3, *a4]}"]
    return b"\n".join(lines) + b"\n" + content


def _huge(content: bytes, chance: random.Random) -> bytes:
    size = chance.choice((10_000, 1_000_000, 7_900_000, 9_000_000))
    filler = chance.choice(
        (b"x", b"9", b"\xc3\x97", b"- ", b"\n", b"[],", b"a: b\n", b" ", b"#", b"''", b"x: ", b"- a\n")
    )
    at = content.find(chance.choice((b"Gradients", b"accumulate", b"18", b"zero-grad", b"questions", b"1.5")))
    at = max(at, 0)
    return content[:at] + filler * (size // len(filler)) + content[at:]


DAMAGE = [
    _flip,
    _flip,
    _flip,
    _cut,
    _cut,
    _swap,
    _swap,
    _swap,
    _insert,
    _insert,
    _shuffle,
    _nest,
    _laugh,
    _huge,
]
