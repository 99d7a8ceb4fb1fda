"""When a run must stop: its budget is spent, or somebody asked. Looked at between requests, never inside a write."""

from __future__ import annotations

import signal
import time
from collections.abc import Collection, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType

BUDGET = "budget"
INTERRUPTED = "interrupted"
# How often a wait for other threads looks up, in seconds.
_GLANCE = 0.2


class Stopped(Exception):
    """The run stops now; what is complete is in the file. `reason` is budget or interrupted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stop:
    """A deadline and a flag. `check` raises Stopped once either holds."""

    def __init__(self, budget_s: float | None) -> None:
        self.begun = time.monotonic()
        self.deadline = None if budget_s is None else self.begun + budget_s
        self.interrupted = False

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.begun

    def left(self) -> float | None:
        """Return the seconds to the deadline, None without one."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def check(self) -> None:
        """Raise Stopped if the run must stop."""
        if self.interrupted:
            raise Stopped(INTERRUPTED)
        left = self.left()
        if left is not None and left <= 0:
            raise Stopped(BUDGET)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Turn Ctrl-C and SIGTERM into the flag; a second Ctrl-C ends the run at once, like any other program."""

        def note(number: int, frame: FrameType | None) -> None:
            if self.interrupted and number == signal.SIGINT:
                raise KeyboardInterrupt
            self.interrupted = True

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def wait_for(jobs: Collection[Future[None]]) -> None:
    """Wait until jobs in other threads have ended; raise what ended one of them, a fault before a stop.

    The wait looks up because Python handles signals in its main thread alone, and not every Ctrl-C wakes it: one that
    arrives as another thread starts a process may be delivered to that thread.
    """
    left = set(jobs)
    while left:
        left = wait(left, timeout=_GLANCE).not_done
    errors = [error for job in jobs if (error := job.exception()) is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, Stopped)):
        raise error
