"""What the dummy framework knows of itself: its speed and its fault, both from environment variables.

BENCH_DUMMY_RATIO   a step takes this many times BENCH_DUMMY_STEP seconds (1.0; 0.0005)
BENCH_DUMMY_LUCK    a process is slower by a share of its own, from nothing to this (0)
BENCH_DUMMY_WORK    "wait" holds the clock to the known time, "spin" burns that much of the core's own time
BENCH_DUMMY_COMPILE seconds that what is run for the first time takes longer, unless its cache knows it (0)
BENCH_DUMMY_HEAP    so many objects are kept, as a framework's modules keep theirs (0)
BENCH_DUMMY_FAULT   one of FAULTS: what goes wrong
BENCH_DUMMY_AFTER   how many blocks pass before a fault of the running worker shows (0)
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.spec import Division

FAULTS = (
    "wrong-count",
    "perturbed-weight",
    "wrong-epsilon",
    "wrong-gradient",
    "wrong-optimizer",
    "adam-epsilon",
    "hidden-tf32",
    "late-tf32",
    "wrong-device",
    "missing-sync",
    "oom",
    "die-at-start",
    "die",
    "killed",
    "hang",
    "garbage",
    "chatter",
    "raise",
)


def fault() -> str:
    """Return the fault asked for, "" without one."""
    return os.environ.get("BENCH_DUMMY_FAULT", "")


def heap() -> list[list[int]]:
    """Return the objects that the collector of garbage has to look through."""
    return [[number] for number in range(int(os.environ.get("BENCH_DUMMY_HEAP", "0")))]


def step_seconds() -> float:
    """Return how long one training step takes."""
    known = float(os.environ.get("BENCH_DUMMY_STEP", "0.0005")) * float(os.environ.get("BENCH_DUMMY_RATIO", "1"))
    # A hash of the process's number: all of a fork's numbers may be as far from the last fork's, their hashes are not.
    luck = zlib.crc32(str(os.getpid()).encode()) / 2**32
    return known * (1 + luck * float(os.environ.get("BENCH_DUMMY_LUCK", "0")))


def compiled(what: str) -> None:
    """Take the time of compiling, unless it is in the cache, and put it there."""
    seconds = float(os.environ.get("BENCH_DUMMY_COMPILE", "0"))
    known = Path(os.environ.get("TRITON_CACHE_DIR", "")) / f"dummy-{what}"
    if seconds and not known.exists():
        time.sleep(seconds)
        known.parent.mkdir(parents=True, exist_ok=True)
        known.touch()


class Device:
    """A clock that stands for a device: work is queued on it, and `wait` returns when all of it is done."""

    def __init__(self) -> None:
        self.busy_until = 0.0
        self.blocks = 0
        self.spins = os.environ.get("BENCH_DUMMY_WORK") == "spin"

    def run(self, seconds: float) -> None:
        """Queue `seconds` of work behind what is queued already, or burn them here and now."""
        if self.spins:
            end = time.thread_time() + seconds
            while time.thread_time() < end:
                pass
            return
        self.busy_until = max(self.busy_until, time.perf_counter()) + seconds

    def wait(self) -> None:
        """Return when the queue is empty. The last millisecond is watched, since a sleep overshoots."""
        while (left := self.busy_until - time.perf_counter()) > 0:
            time.sleep(max(0.0, left - 0.001))

    def misbehave(self) -> None:
        """Show the fault of a running worker, if one was asked for and its time has come."""
        self.blocks += 1
        if self.blocks > int(os.environ.get("BENCH_DUMMY_AFTER", "0")):
            _misbehave(fault())


DEVICE = Device()


def _misbehave(what: str) -> None:
    if what == "die":
        print("the dummy was told to die", file=sys.stderr, flush=True)
        os._exit(3)
    if what == "killed":
        os.kill(os.getpid(), 9)
    if what == "hang":
        time.sleep(3600)
    if what == "garbage":
        os.write(int(os.environ["BENCH_REPLY_FD"]), b"Epoch 1/10 [=====>....]\n")
    if what == "chatter":
        print("Epoch 1/10 [=====>....]", flush=True)
    if what == "raise":
        raise ValueError("the dummy was told to raise")


def configure(division: Division) -> None:
    """Nothing to set; dies here if told to."""
    if fault() == "die-at-start":
        os._exit(4)


def canary(division: Division) -> float:
    """Return the precision canary in the division's precision; a hidden TF32 shows as 1024.0."""
    hidden = fault() == "hidden-tf32" or (fault() == "late-tf32" and DEVICE.blocks > 0)
    if hidden or division.precision in {"tf32", "bf16"}:
        return 1024.0
    return float((np.full((1024, 1024), 1.0001, np.float32) @ np.ones((1024, 1), np.float32))[0, 0])


def gemm(division: Division, n: int, repeats: int) -> None:
    """Multiply two n×n matrices of ones over n `repeats` times."""
    left = np.full((n, n), 1 / n, np.float32)
    right = left
    for _ in range(repeats):
        right = left @ right


def epoch(examples: Mapping[str, np.ndarray], batch: int, division: Division) -> int:
    """Read the examples once in slices; each batch takes one step's time."""
    count = 0 if fault() == "no-batches" else len(next(iter(examples.values()))) // batch
    DEVICE.run(count * step_seconds())
    DEVICE.wait()
    return count


def synchronize() -> None:
    """Wait until the dummy's device is idle."""
    DEVICE.wait()
