"""Many small questions to one imported framework: a fork for each, so that none can falsify the next.

The process that forks has imported the framework and computed nothing, so that no thread pool stands yet. What a
question breaks, hangs or kills is its own copy.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.child import end_with_parent
from bench.stacks import cache_variables

ANSWERED, HUNG, DIED, NOT_RUN = "answered", "hung", "died", "not-run"
_KEPT_OUTPUT = 4000
_GLANCE = 0.05


@dataclass(frozen=True)
class Ended:
    """What became of a fork. `answer` is the question's if `how` is answered; `reason` says what went wrong."""

    how: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0


class Fork:
    """One question in a process of its own. Its prints go to `output`, a file that the question may read."""

    def __init__(self, question: Callable[[Path], Mapping[str, Any]], folder: Path) -> None:
        self._folder = folder
        self.output = folder / "output.txt"
        self.begun = time.monotonic()
        self.reader, writer = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reader)
            _answer(question, self, writer)
        os.close(writer)
        os.set_blocking(self.reader, False)
        self._heard = bytearray()

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self.begun

    def hear(self) -> bool:
        """Read what it has sent; true once there can be no more."""
        while True:
            try:
                chunk = os.read(self.reader, 1 << 16)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            self._heard += chunk

    def end(self, hung: bool) -> Ended:
        """Take its exit status, killing it first if it hangs, and return what became of it."""
        seconds = self.seconds
        if hung:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.reader)
        code = os.waitstatus_to_exitcode(status)
        if hung:
            return Ended(HUNG, reason=f"no end within {seconds:.0f} s", seconds=seconds)
        if code != 0:
            how = f"ended with {code}" if code > 0 else f"died of {signal.Signals(-code).name}"
            return Ended(DIED, reason=f"it {how}{self._last_words()}", seconds=seconds)
        return Ended(ANSWERED, json.loads(bytes(self._heard)), seconds=seconds)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            text = self.output.read_text(encoding="utf-8", errors="replace").strip()[-_KEPT_OUTPUT:]
            return f": {text}" if text else ""
        return ""


def ask_all(
    questions: Sequence[Callable[[Path], Mapping[str, Any]]], jobs: int, timeout_s: float, until: float
) -> list[Ended]:
    """Return what became of each question, in order; `jobs` at a time, each at most `timeout_s` seconds.

    Those that have not begun at `until` (a time.monotonic()) are not run. A question takes the path of its output.
    """
    ended: dict[int, Ended] = {}
    running: dict[int, Fork] = {}
    waiting = list(range(len(questions)))
    keep_still()
    with tempfile.TemporaryDirectory(dir=".", ignore_cleanup_errors=True) as folder:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    number = waiting.pop(0)
                    if time.monotonic() > until:
                        ended[number] = Ended(NOT_RUN, reason="the time for this group of cells was spent")
                        continue
                    own = Path(folder).resolve() / str(number)
                    own.mkdir()
                    running[number] = Fork(questions[number], own)
                if running:
                    select.select([fork.reader for fork in running.values()], [], [], _GLANCE)
                for number, fork in list(running.items()):
                    done, hung = fork.hear(), fork.seconds > timeout_s
                    if done or hung:
                        ended[number] = fork.end(hung and not done)
                        del running[number]
        finally:
            for fork in running.values():
                fork.end(hung=True)
    return [ended[number] for number in range(len(questions))]


def _answer(question: Callable[[Path], Mapping[str, Any]], fork: Fork, writer: int) -> None:
    """Be the fork: answer into the pipe and end. Never returns."""
    code = 70
    try:
        end_with_parent()
        os.chdir(fork.output.parent)
        stream = os.open(fork.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        line = json.dumps(question(fork.output)).encode()
        while line:
            line = line[os.write(writer, line) :]
        code = 0
    finally:
        os._exit(code)


def keep_still() -> None:
    """Take what lives now out of the garbage collector's sight, here and in every fork to come.

    A collection in a fork would walk through the whole imported framework, and copy each page that it touches.
    """
    gc.collect()
    gc.freeze()


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_caches() -> None:
    """Let what one fork compiled serve the others: no outcome hangs on it, and much of the time does.

    To be called before a framework is imported. BENCH_PROBE_SHARED names a folder that the units of a run share.
    """
    for name, value in cache_variables(os.environ.get("BENCH_PROBE_SHARED") or str(Path.cwd())).items():
        os.environ.setdefault(name, value)
    # One fork is one question: no pool of compilers behind it.
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")


def warm(question: Callable[[Path], Mapping[str, Any]], timeout_s: float) -> Ended:
    """Import here what a fork has to import while it answers `question`, so that later forks need not.

    Frameworks import a good part of themselves at the first step only. Returns what became of the fork.
    """

    def names(output: Path) -> dict[str, Any]:
        before = set(sys.modules)
        try:
            question(output)
        finally:
            later = [name for name in sys.modules if name not in before]
        return {"modules": later}

    first = ask_all([names], 1, timeout_s, float("inf"))[0]
    for name in first.answer.get("modules", ()):
        # Names of generated modules cannot be imported again, nor need they be.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    return first
