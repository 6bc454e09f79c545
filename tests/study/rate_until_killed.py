"""Rates cards until it is killed, and prints each review's id once the store has confirmed it.

Reads a store's path a line and gives each to a fresh process; says its pid, and when it is gone.
"""

import os
import random
import sys
from pathlib import Path

from app.study import memory
from app.study.schedule import Schedule, StudySettings
from app.study.store import Store

CARDS = [f"card-{n}" for n in range(25)]


def rate(path: Path) -> None:
    rng = random.Random()
    schedule = Schedule(Store(path), StudySettings(fuzz=False))
    while True:
        card = rng.choice(CARDS)
        schedule.previews(card)
        review = schedule.rate(card, rng.randint(1, 4), answer="they add up " * rng.randint(0, 400))
        os.write(1, f"{review.id}\n".encode())
        if rng.random() < 0.1:
            schedule.undo()


def main() -> None:
    memory.scheduler(0.9, False)  # import it once, for every child
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            try:
                rate(Path(line.rstrip("\n")))
            finally:
                os._exit(1)
        os.write(1, f"pid {pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(1, f"gone {os.waitstatus_to_exitcode(status)}\n".encode())


main()
