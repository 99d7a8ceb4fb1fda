"""The runner's end of a worker: start, ask, stop, resume, end. Whatever a worker does wrong is a WorkerError."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bench.children import Child, Pipes
from bench.environment import one_line
from bench.errors import WorkerError
from bench.spec import NOT_RUN, OOM, TIMEOUT

_LOG_TAIL = 600
# An answer is one line; figures travel in files. More than this without a line's end is garbage.
_LONGEST = 16 << 20
# How often a wait looks up, in seconds. Longer than most blocks, so that nothing of the runner runs beside one.
_GLANCE = 0.5


class Worker:
    """A child process that holds one program. It is stopped (SIGSTOP) except while it answers."""

    def __init__(self, start: Callable[[Pipes], Child], log: Path, watch: Callable[[], None] = lambda: None) -> None:
        """Start the process, which prints to `log`, by handing its pipes to `start`; what that raises is passed on.

        `watch` is called while an answer is awaited, and may raise to end the wait.
        """
        self.log = log
        self._watch = watch
        self._pipes = Pipes.made()
        try:
            self._child = start(self._pipes)
        except BaseException:
            self._pipes.close_near()
            raise
        finally:
            self._pipes.close_far()
        self._oom_kills = _oom_kills()
        self._buffer = b""
        self._asked = 0
        self._stopped = False
        self._killed = False

    @property
    def pid(self) -> int:
        """The process id, also of its group."""
        return self._child.pid

    def ask(self, what: str, timeout: float, **arguments: Any) -> dict[str, Any]:
        """Send a request and return the answer. Raises WorkerError, and the worker is gone then, unless it answered.

        `timeout` is in seconds. An error that the worker itself reports leaves it alive, with status oom or not-run.
        """
        self._asked += 1
        self.resume()
        line = json.dumps({"do": what, "id": self._asked, **arguments}) + "\n"
        try:
            _write(self._pipes.requests, line.encode())
        except BrokenPipeError:
            self._fail_dead(what)
        answer = self._parse(what, self._read_line(what, timeout))
        self.stop()
        if "error" in answer:
            raise WorkerError(
                "oom" if answer["oom"] else "raised", OOM if answer["oom"] else NOT_RUN, one_line(answer["error"])
            )
        return answer

    def _read_line(self, what: str, timeout: float) -> bytes:
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                self.kill()
                raise WorkerError("hung", TIMEOUT, f"no answer to {what} within {timeout:.0f} s")
            if not select.select([self._pipes.replies], [], [], min(left, _GLANCE))[0]:
                self._watch()
                continue
            chunk = os.read(self._pipes.replies, 1 << 16)
            if not chunk:
                self._fail_dead(what)
            self._buffer += chunk
            if len(self._buffer) > _LONGEST:
                break
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _parse(self, what: str, line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line)
            if isinstance(answer, dict) and answer.get("answers") == self._asked:
                return answer
        except ValueError:
            pass
        self.kill()
        raise WorkerError("garbage", NOT_RUN, f"the worker answered {what} with garbage: {line[:80]!r}")

    def _fail_dead(self, what: str) -> NoReturn:
        code = self._child.wait(10)
        self.kill()
        how = "closed its channel" if code is None else f"ended with {code}" if code >= 0 else f"died of signal {-code}"
        # The kernel ends a process that takes more memory than there is, with SIGKILL and without a word.
        kind, status = ("oom", OOM) if code == -signal.SIGKILL and _oom_kills() > self._oom_kills else ("died", NOT_RUN)
        raise WorkerError(kind, status, f"the worker {how} during {what}{self.last_words()}")

    def last_words(self) -> str:
        """Return the end of what the worker printed, as ": ..." on one line; "" if nothing."""
        with contextlib.suppress(OSError):
            text = self.log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_TAIL:]
            return f": {one_line(text)}" if text else ""
        return ""

    def move(self, cores: Sequence[int]) -> None:
        """Put every thread of the worker on these cores; as many as it started with, so that its pools still fit."""
        if hasattr(os, "sched_setaffinity"):
            for task in Path(f"/proc/{self.pid}/task").glob("*"):
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(task.name), set(cores))

    def stop(self) -> None:
        """Freeze the worker's processes, whose thread pools would otherwise spin beside the one being timed."""
        self._signal(signal.SIGSTOP)
        self._stopped = True

    def resume(self) -> None:
        """Let the worker run again."""
        if self._stopped:
            self._signal(signal.SIGCONT)
            self._stopped = False

    def kill(self) -> None:
        """End the worker's whole process group, and free what this end holds. May be called twice."""
        if self._killed:
            return
        self._killed = True
        self._signal(signal.SIGKILL)
        self._child.wait(10)
        self._pipes.close_near()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)


def _write(descriptor: int, line: bytes) -> None:
    while line:
        line = line[os.write(descriptor, line) :]


def _oom_kills() -> int:
    """Return how many processes were killed for want of memory so far, as the control group or the kernel counts."""
    for name in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control", "/proc/vmstat"):
        with contextlib.suppress(OSError):
            for line in Path(name).read_text(encoding="ascii").splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill" and value.strip().isdigit():
                    return int(value)
    return 0
