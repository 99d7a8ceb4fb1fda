"""How a worker's process comes about: started afresh, or forked by a server that holds the imported framework."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.errors import WorkerError
from bench.spec import NOT_RUN

_CHILD = Path(__file__).resolve().with_name("child.py")
# What must not leak from the runner's environment into a worker's. What its allocator does, the division says.
_DROPPED = (
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "BENCH_CPUS"),
    *("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"),
)


class Child(Protocol):
    """A running worker process, the leader of a group of its own."""

    @property
    def pid(self) -> int:
        """The process id, also of its group."""

    def wait(self, timeout: float) -> int | None:
        """Return the exit code, minus the signal's number if one ended it; None if it still runs after `timeout` s."""


@dataclass(frozen=True)
class Pipes:
    """The runner's ends of a worker's channel, and the worker's own, as file descriptors."""

    requests: int
    replies: int
    worker_requests: int
    worker_replies: int

    @classmethod
    def made(cls) -> Pipes:
        """Return two new pipes."""
        worker_requests, requests = os.pipe()
        replies, worker_replies = os.pipe()
        return cls(requests, replies, worker_requests, worker_replies)

    def close_far(self) -> None:
        """Close the worker's ends here, so that its end is seen."""
        os.close(self.worker_requests)
        os.close(self.worker_replies)

    def close_near(self) -> None:
        """Close the runner's ends."""
        os.close(self.requests)
        os.close(self.replies)


class Fresh:
    """A process started from its interpreter."""

    def __init__(self, python: str, variables: Mapping[str, str], log: Path, pipes: Pipes) -> None:
        """Start it, what it prints going to `log`. Raises WorkerError if the interpreter cannot be started."""
        self._process = started(
            python,
            {"BENCH_REPLY_FD": str(pipes.worker_replies), **variables},
            log,
            pipes.worker_requests,
            [pipes.worker_replies],
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, timeout: float) -> int | None:
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None


def started(
    python: str, variables: Mapping[str, str], log: Path, requests: int, passed: Sequence[int]
) -> subprocess.Popen[bytes]:
    """Return child.py run by an interpreter in a session of its own. Raises WorkerError if that cannot be started.

    `variables` come on top of the runner's own, of which those that must not leak are dropped; `requests` becomes its
    stdin, and `passed` descriptors stay open in it.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    environ |= {"PYTHONDONTWRITEBYTECODE": "1", **variables}
    try:
        with log.open("wb") as output:
            return subprocess.Popen(
                [python, "-P", str(_CHILD)],
                stdin=requests,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environ,
                pass_fds=passed,
                start_new_session=True,
            )
    except OSError as error:
        raise WorkerError("died", NOT_RUN, f"{python} could not be started: {error}") from error


def pinned(cores: Sequence[int] | None) -> dict[str, str]:
    """Return the variable that keeps a process to these cores from its first line on."""
    return {} if cores is None else {"BENCH_CPUS": ",".join(map(str, cores))}
