"""Files that change while their size and their time stay: what a cache keyed by either does not notice."""

import os
from collections.abc import Callable
from pathlib import Path

CARD = """---
configs:
- config_name: default
  data_files:
  - {split: train, path: train.csv}
  - {split: validation, path: validation.csv}
---
"""


def rewrite(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change what a file holds, in place."""
    before, content = file.stat(), file.read_bytes()
    changed = change(content)
    assert changed != content and len(changed) == len(content)
    file.write_bytes(changed)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def relabelled(content: bytes) -> bytes:
    """A csv file of pairs with the label of every row that is labelled 0 turned to 1."""
    return content.replace(b",0\n", b",1\n")
