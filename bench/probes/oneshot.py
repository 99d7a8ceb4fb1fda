"""One child, one question, one answer. Whatever the child does, an Outcome comes back and no process stays."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from bench import environments
from bench.environment import one_line
from bench.probes.output import Output
from bench.probes.probe import ANSWERED, DIED, GARBAGE, HUNG, NOT_RUN, RAISED, Outcome, Unit
from bench.stacks import MODES

_CHILD = Path(__file__).resolve().with_name("child.py")
# What must not leak from the runner's environment: it would decide what the child imports, or on what it computes.
_DROPPED = ("PYTHON", "VIRTUAL_ENV", "KERAS_", "BENCH_CPUS", "BENCH_REPLY_FD")
_LONGEST_REPLY = 16 << 20
_LONGEST_REASON = 600
# How often a wait looks up, in seconds; how long a child may take to end once it has answered.
_GLANCE = 0.25
_FAREWELL = 5.0


def ask(
    unit: Unit,
    python: str,
    scratch: Path | None = None,
    variables: Mapping[str, str] | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Outcome:
    """Start `python`, put the unit's question to it once, and return what became of it.

    The child works in a new folder below `scratch` (the system's own if None), which is removed with what it wrote.
    `variables` come before the unit's own. `watch` is called while an answer is awaited and may raise to end the wait.
    """
    with tempfile.TemporaryDirectory(prefix="probe-", dir=scratch, ignore_cleanup_errors=True) as folder:
        return _Conversation(unit, python, Path(folder), variables or {}, watch).outcome()


def environ(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment variables: the runner's, less what would steer it, with its files in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    own = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
        "KERAS_HOME": str(folder / "keras"),
        "TMPDIR": str(folder),
        "BAROMETER_HOME": str(environments.home()),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    return {**kept, **own, **variables}


class _Conversation:
    """One start of one child."""

    def __init__(
        self, unit: Unit, python: str, folder: Path, variables: Mapping[str, str], watch: Callable[[], None]
    ) -> None:
        self._unit = unit
        self._python = python
        self._folder = folder
        self._variables = {**variables, **unit.variables}
        self._watch = watch
        self._output = Output()
        self._reply = bytearray()
        self._nonce = uuid.uuid4().hex
        self._peak: int | None = None
        self._begun = time.monotonic()

    def outcome(self) -> Outcome:
        """Start the child, wait, end it, and say what became of it."""
        question = {"nonce": self._nonce, "module": self._unit.module, "arguments": dict(self._unit.arguments)}
        asked = self._folder / "question.json"
        asked.write_text(json.dumps(question), encoding="utf-8")
        reader, writer = os.pipe()
        try:
            with asked.open("rb") as stdin:
                process = self._start(stdin, writer)
        except OSError as error:
            os.close(reader)
            return Outcome(NOT_RUN, reason=one_line(f"{self._python} could not be started: {error.strerror}"))
        finally:
            os.close(writer)
        asked.unlink()
        try:
            timed_out = self._talk(process, reader)
            seconds = time.monotonic() - self._begun
            code = self._end(process, patience=0.0 if timed_out else _FAREWELL)
        finally:
            self._end(process, patience=0.0)
            os.close(reader)
        return self._judge(timed_out, code, seconds)

    def _start(self, stdin: IO[bytes], writer: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._python, "-P", str(_CHILD)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env=environ(self._folder, self._variables | {"BENCH_REPLY_FD": str(writer)}),
            pass_fds=[writer],
            start_new_session=True,
        )

    def _talk(self, process: subprocess.Popen[bytes], reader: int) -> bool:
        """Read both pipes until the reply is whole or the child has ended. True if time ran out first."""
        assert process.stdout is not None
        deadline = self._begun + self._unit.timeout_s
        output = process.stdout.fileno()
        os.set_blocking(output, False)
        os.set_blocking(reader, False)
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            selector.register(reader, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(_GLANCE):
                    if not self._take(key.fd, reader):
                        selector.unregister(key.fd)
                self._watch()
                if b"\n" in self._reply or len(self._reply) > _LONGEST_REPLY or self._has_ended(process):
                    self._drain(output, reader)
                    return False
                if time.monotonic() > deadline:
                    self._peak = _high_water(process.pid)
                    return True
        # It closed both pipes and goes on: nothing can come any more, but it may still end by itself.
        while not self._has_ended(process):
            self._watch()
            if time.monotonic() > deadline:
                return True
            time.sleep(0.05)
        return False

    def _take(self, descriptor: int, reader: int) -> bool:
        """Read what is there from one pipe; False at its end."""
        try:
            chunk = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return True
        if descriptor == reader:
            self._reply += chunk
        else:
            self._output.add(chunk)
        return bool(chunk)

    def _drain(self, output: int, reader: int) -> None:
        """Take what the pipes still hold, not more than a pipe holds: another process may go on printing."""
        for descriptor in (reader, output):
            for _ in range(32):
                try:
                    chunk = os.read(descriptor, 1 << 16)
                except BlockingIOError:
                    break
                if not chunk:
                    break
                if descriptor == reader:
                    self._reply += chunk
                else:
                    self._output.add(chunk)

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        """True once the child itself has ended, whatever still holds its pipes. Keeps its peak memory."""
        if process.returncode is not None:
            return True
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid == 0:
            return False
        process.returncode = os.waitstatus_to_exitcode(status)
        # Never less than what the runner held when it started the child, which the kernel counts with it.
        self._peak = self._peak or usage.ru_maxrss * 1024
        return True

    def _end(self, process: subprocess.Popen[bytes], patience: float) -> int | None:
        """Give the child `patience` seconds to end, then kill its group; return its own exit code, None if killed."""
        deadline = time.monotonic() + patience
        while not self._has_ended(process) and time.monotonic() < deadline:
            time.sleep(0.002)
        code = process.returncode
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        while not self._has_ended(process):
            time.sleep(0.002)
        if process.stdout is not None:
            process.stdout.close()
        return code

    def _judge(self, timed_out: bool, code: int | None, seconds: float) -> Outcome:
        line, end, rest = bytes(self._reply).partition(b"\n")
        reply = _parsed(line, self._nonce) if end and not rest else None
        if reply is None:
            if self._reply:
                return self._outcome(GARBAGE, f"it answered with garbage: {line[:80]!r}", seconds)
            if timed_out:
                return self._outcome(HUNG, f"no answer within {self._unit.timeout_s:g} s", seconds)
            return self._outcome(DIED, f"it {_ending(code)}{self._last_words()}", seconds)
        self._peak = reply.get("peak_rss_bytes") or self._peak
        if "unspeakable" in reply:
            return self._outcome(GARBAGE, f"its answer is nothing that JSON holds: {reply['unspeakable']}", seconds)
        if "exception" in reply:
            before = f"importing {reply['importing']}: " if "importing" in reply else ""
            reason = f"{before}{reply['type']}: {reply['message']}"
            return self._outcome(RAISED, reason, seconds, exception=reply["exception"], traceback=reply["traceback"])
        if not isinstance(reply.get("answer"), dict):
            return self._outcome(GARBAGE, f"its answer is no dict: {reply.get('answer')!r:.80}", seconds)
        return self._outcome(ANSWERED, "", seconds, answer=reply["answer"])

    def _outcome(self, how: str, reason: str, seconds: float, **more: Any) -> Outcome:
        return Outcome(
            how,
            reason=one_line(reason)[:_LONGEST_REASON],
            output=self._output.text(),
            output_bytes=self._output.count,
            seconds=round(seconds, 4),
            peak_rss_bytes=self._peak,
            **more,
        )

    def _last_words(self) -> str:
        text = self._output.text().strip()[-300:]
        return f": {text}" if text else ""


def _parsed(line: bytes, nonce: str) -> dict[str, Any] | None:
    """Return the reply if it is one to this question, else None."""
    try:
        reply = json.loads(line)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) and reply.get("nonce") == nonce else None


def _ending(code: int | None) -> str:
    if code is None:
        return "closed its channels and had to be killed"
    if code >= 0:
        return f"ended with {code} without an answer"
    with contextlib.suppress(ValueError):
        return f"died of {signal.Signals(-code).name}"
    return f"died of signal {-code}"


def _high_water(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return None


def interpreter(environment: str, chosen: Mapping[str, str] | None = None) -> tuple[str | None, str]:
    """Return the interpreter of an environment and "", or None and why there is none.

    "" is the running interpreter. The environments of bench.stacks are found as the runner finds them; any other must
    have been made: `<folder>/<environment>/bin/python`. `chosen` maps an environment to an interpreter, and wins.
    """
    if not environment:
        return sys.executable, ""
    mode = next((mode for mode in MODES.values() if mode.environment == environment), None)
    if mode is not None and mode.modules:
        return environments.interpreter(mode, chosen)
    if chosen and environment in chosen:
        return chosen[environment], ""
    for folder in environments.folders():
        python = folder / environment / "bin" / "python"
        if python.exists():
            return str(python), ""
    return None, f"no environment {environment}; python -m bench setup {environment} makes one"
