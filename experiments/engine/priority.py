"""How a run that nobody waits for yet makes way for all others, and comes back once somebody does."""

import os

LOW = 10
"""How much nicer."""


class Priority:
    """The priority that this process has now, for those that come from it."""

    def __init__(self) -> None:
        self._nice = os.getpriority(os.PRIO_PROCESS, 0)
        self._policy = os.sched_getscheduler(0)

    def lower(self) -> None:
        """Make way. Where the system would not let this process come back, only as a batch job does."""
        if _can_come_back():
            os.setpriority(os.PRIO_PROCESS, 0, self._nice + LOW)
        else:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    def restore(self, process: int = 0) -> None:
        """Let a process go on as it would have run from the beginning; one that has gone is none."""
        try:
            if os.sched_getscheduler(process) != self._policy:
                os.sched_setscheduler(process, self._policy, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, process, self._nice)
        except (ProcessLookupError, PermissionError):
            return  # it has gone, or it was never lowered


def _can_come_back() -> bool:
    """Whether the system lets a process of this user be less nice than it was: many do not."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] == 0
    try:
        os.setpriority(os.PRIO_PROCESS, 0, os.nice(1) - 1)
        os._exit(0)
    finally:
        os._exit(1)
