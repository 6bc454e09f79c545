"""What the words of the field mean to the grader: shorthand, synonyms, and opposites as one with a sign.

A concept is named by its group's first word. A signed concept is one matter with two sides: "silent" is the
other side of "error", so that "no error" and "silently" say the same.
"""

from __future__ import annotations

from functools import cache

from .lexicon import words_of
from .stems import stem

#: Shorthand, and what it stands for.
SHORT = {
    "acc": "accuracy",
    "accum": "accumulation",
    "amp": "mixed precision",
    "approx": "about",
    "arg": "argument",
    "args": "arguments",
    "attn": "attention",
    "avg": "average",
    "bc": "because",
    "bf16": "bfloat 16",
    "bs": "batch size",
    "bwd": "backward",
    "ce": "cross entropy",
    "ckpt": "checkpoint",
    "ckpts": "checkpoints",
    "cfg": "configuration",
    "cols": "columns",
    "col": "column",
    "config": "configuration",
    "crossentropy": "cross entropy",
    "def": "default",
    "dev": "device",
    "diff": "different",
    "dim": "dimension",
    "dims": "dimensions",
    "dl": "dataloader",
    "dls": "dataloaders",
    "ds": "dataset",
    "dtype": "type",
    "dupes": "duplicates",
    "dups": "duplicates",
    "eff": "effective",
    "emb": "embedding",
    "embs": "embeddings",
    "eval": "evaluation",
    "ex": "example",
    "exs": "examples",
    "fn": "function",
    "fp16": "float 16",
    "fp32": "float 32",
    "fwd": "forward",
    "grad": "gradient",
    "grads": "gradients",
    "idxs": "indices",
    "init": "initialise",
    "iter": "iteration",
    "iters": "iterations",
    "kwarg": "argument",
    "kwargs": "arguments",
    "len": "length",
    "lens": "lengths",
    "lm": "language model",
    "lr": "learning rate",
    "lrs": "learning rates",
    "max": "maximum",
    "mcc": "matthews correlation",
    "mem": "memory",
    "min": "minimum",
    "mlm": "masked language model",
    "mse": "mean squared error",
    "num": "number",
    "nums": "numbers",
    "opt": "optimizer",
    "optim": "optimizer",
    "opts": "optimizers",
    "param": "parameter",
    "params": "parameters",
    "pos": "position",
    "pred": "prediction",
    "preds": "predictions",
    "probs": "probabilities",
    "proc": "process",
    "procs": "processes",
    "rand": "random",
    "ref": "reference",
    "refs": "references",
    "reg": "regression",
    "sched": "scheduler",
    "sent": "sentence",
    "sents": "sentences",
    "seq": "sequence",
    "seqs": "sequences",
    "sim": "similarity",
    "std": "standard",
    "str": "string",
    "tok": "tokenizer",
    "toks": "tokens",
    "trunc": "truncation",
    "util": "utilisation",
    "val": "validation",
    "vec": "vector",
    "vocab": "vocabulary",
    "wd": "weight decay",
    "wts": "weights",
    "wu": "warmup",
    "x2": "double",
    "2x": "double",
    "1st": "first",
    "≠": "different",
    "!=": "different",
}

#: Words that are one to the grader.
SYNONYMS = """
row example sample instance item record
dataloader loader
drop discard remove delete strip cut truncate truncation shorten trim crop eliminate omit exclude removed
store keep kept retain hold held remember
compute calculate
show reveal expose uncover
network model
encoder body backbone
head classifier
process rank worker replica
update step
parameter weight
average mean
accumulate sum aggregate accumulation summation pile
half halve
double twice doubling
overfit memorise overfitting memorisation
initialise draw drawn initialisation initialize
end finish
begin start begun began
column field feature
argument keyword
device gpu cuda
duplicate repeat repetition
shard split partition
share portion slice part subset
decoupled separate apart independent decouple
majority constant trivial
score metric
result output
text string
memory ram vram
recompute redo rerun recalculate recomputation redone
expected normal usual
misleading confusing astray mislead
ignored swallow ignore disregard swallowed
imbalanced unbalanced skewed imbalance
ragged uneven unequal
stale outdated old obsolete
swap flip exchange reverse invert
raw unnormalised unnormalized
scale magnitude
dependable reliable reliably dependably
wanted intended purpose intention
profile measure
suffice enough sufficient
"""

#: Matters with two sides.
OPPOSITES = """
error exception crash fail failure raise throw thrown threw complain complaint abort warn warning typeerror
  valueerror indexerror keyerror runtimeerror attributeerror | silent silently quiet quietly
same identical equal unchanged unaffected alike equivalent identically
  | differ different change alter shift another vary affect influence differently difference other
high higher large larger big bigger great greater more many long longer strong stronger huge
  | low lower small smaller tiny little less few fewer short shorter minor weak weaker
longest largest highest biggest | least shortest smallest lowest
increase grow rise climb grew rose grown | decrease decay fall shrink reduce decline fell shrunk
fast faster quick quicker speed quickly speedup | slow slower slowly
before prior beforehand ahead | after afterwards later following
right correct true correctly | wrong incorrect false wrongly incorrectly
good better | bad worse poor badly poorly worst
notice see detect spot observe visible apparent noticeable seen
  | hide hidden invisible unnoticed conceal overlook hid
"""

#: Two words, at most one apart, that are one concept.
PAIRS = {
    ("learning", "rate"): "rate",
    ("add", "up"): "accumulate",
    ("pile", "up"): "accumulate",
    ("build", "up"): "accumulate",
    ("throw", "away"): "drop",
    ("throw", "out"): "drop",
    ("take", "off"): "drop",
    ("leave", "out"): "drop",
    ("left", "out"): "drop",
    ("get", "rid"): "drop",
    ("cut", "off"): "drop",
    ("blow", "up"): "crash",
    ("squared", "error"): "mse",
    ("square", "error"): "mse",
    ("most", "frequent"): "majority",
    ("most", "common"): "majority",
    ("bigger", "class"): "majority",
    ("larger", "class"): "majority",
    ("compute", "again"): "recompute",
    ("computed", "again"): "recompute",
    ("run", "again"): "recompute",
    ("data", "loader"): "dataloader",
    ("data", "set"): "dataset",
    ("warm", "up"): "warmup",
    ("over", "fit"): "overfit",
    ("mini", "batch"): "batch",
    ("micro", "batch"): "batch",
    ("half", "as"): "half",
    ("two", "times"): "double",
    ("by", "heart"): "overfit",
}

#: Words that decide what a claim says: of a long phrasing they are never the one that may be missing.
DECIDING = words_of(
    """
    once each every all both only always never half double first last zero 1 2 nothing none any without
    same mean sum random default per
    """
)


@cache
def concepts() -> dict[str, tuple[str, int]]:
    """Stem or word → its concept and side: 0 for one without sides, else 1 or -1."""
    found: dict[str, tuple[str, int]] = {}
    for line in SYNONYMS.strip().splitlines():
        words = line.split()
        for word in words:
            found[word] = found[stem(word)] = (words[0], 0)
    for line in OPPOSITES.strip().replace("\n  ", " ").splitlines():
        plus, minus = (side.split() for side in line.split("|"))
        for side, words in ((1, plus), (-1, minus)):
            for word in words:
                found[word] = found[stem(word)] = (plus[0], side)
    return found
