"""Several pieces of work, each in a process forked from one that has imported what they share.

Importing a framework takes seconds and an export often less, so the framework is imported once and every export gets a
copy of that process: what one leaves behind, or how it ends, is nothing to the next. Forking is safe only while a
process has one thread; where that does not hold, the caller starts fresh processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bench.child import end_with_parent
from bench.environment import one_line
from bench.probes.deployment.words import words_of
from bench.probes.forked import keep_still
from bench.probes.probe import ANSWERED, DIED, HUNG, RAISED, Outcome

_GLANCE_S = 0.02
_TAIL = 300

Work = Callable[[], dict[str, Any]]


@dataclass
class _Running:
    name: str
    pid: int
    core: int
    begun: float


def can_fork() -> bool:
    """Return whether this process has one thread only, so that a copy of it is whole."""
    tasks = Path("/proc/self/task")
    return tasks.is_dir() and len(list(tasks.iterdir())) == 1


@dataclass(frozen=True)
class Patience:
    """How long a piece of work may take: in seconds of a core, and on the clock, where a busy machine makes it wait."""

    cpu_s: float
    wall_s: float


def run(work: Mapping[str, Work], folder: Path, cores: Sequence[int], patience: Patience) -> dict[str, Outcome]:
    """Do every piece in a process of its own, one a core at a time; return what became of each, by name."""
    waiting, free = list(work), list(cores)
    running: list[_Running] = []
    ended: dict[str, Outcome] = {}
    keep_still()
    while waiting or running:
        while waiting and free:
            name, core = waiting.pop(0), free.pop(0)
            pid = os.fork()
            if pid == 0:
                _be_child(work[name], folder / name, core)
            running.append(_Running(name, pid, core, time.monotonic()))
        time.sleep(_GLANCE_S)
        for one in list(running):
            outcome = _outcome(one, folder / one.name, patience)
            if outcome is not None:
                ended[one.name] = outcome
                running.remove(one)
                free.append(one.core)
    return {name: ended[name] for name in work}


def _be_child(act: Work, path: Path, core: int) -> NoReturn:
    """Answer into a file, and end without the exit handlers of the process this one was copied from."""
    try:
        # A group of its own, so that compilers it starts end with it; the kernel ends it with its parent.
        os.setpgid(0, 0)
        end_with_parent()
        output = os.open(f"{path}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {core})
        try:
            answer: dict[str, Any] = {"answer": act()}
        except BaseException as error:
            answer = {"reason": words_of(error), "exception": type(error).__qualname__}
        part = Path(f"{path}.part")
        part.write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
        part.replace(f"{path}.json")
    finally:
        os._exit(0)


def _outcome(one: _Running, path: Path, patience: Patience) -> Outcome | None:
    """Return what became of a child, None while it works. Its whole group is gone afterwards."""
    pid, status = os.waitpid(one.pid, os.WNOHANG)
    seconds = time.monotonic() - one.begun
    if pid == 0 and seconds < patience.wall_s and _cpu_seconds(one.pid) < patience.cpu_s:
        return None
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(one.pid, signal.SIGKILL)
    if pid == 0:
        os.waitpid(one.pid, 0)
        words = f"no answer within {patience.cpu_s:g} s of a core, or {patience.wall_s:g} s on the clock"
        return Outcome(HUNG, reason=words, seconds=seconds)
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
        if "answer" in told:
            return Outcome(ANSWERED, answer=told["answer"], seconds=seconds)
        return Outcome(RAISED, reason=told["reason"], exception=told["exception"], seconds=seconds)
    code = os.waitstatus_to_exitcode(status)
    how = f"died of signal {-code}" if code < 0 else f"ended with {code} without an answer"
    return Outcome(DIED, reason=f"it {how}{_last_words(path)}", seconds=seconds)


def _cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _last_words(path: Path) -> str:
    with contextlib.suppress(OSError):
        text = one_line(Path(f"{path}.log").read_text(encoding="utf-8", errors="replace").strip()[-_TAIL:])
        return f": {text}" if text else ""
    return ""
