"""The runner's end of a fork server: a process that imports a stack's framework once, then forks workers of it.

Importing takes seconds, and every group of a run starts every stack anew. A server serves one fork of a group only: of
two forks, each descends from a server of its own, so what differs from process to process (where the libraries lie in
memory, hash seeds) still differs between the forks that an interval is taken over.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.children import Pipes, pinned, started
from bench.errors import WorkerError

_LONGEST = 1 << 16
_GLANCE = 0.02
# How often a wait for imports looks up, and how long an answer that takes no work may take, both in seconds.
_LOOK, _PATIENCE = 0.5, 60.0
# Each holds a framework in memory: 40 to 190 MB that no other process shares.
_MOST = 16
Key = tuple[str, frozenset[tuple[str, str]]]


def can_serve() -> bool:
    """True where a server can be told to end with the runner, and can see its own threads."""
    return sys.platform == "linux"


class ForkServer:
    """One server. It imports while the runner goes on; `ready` waits for it."""

    def __init__(
        self,
        python: str,
        variables: Mapping[str, str],
        log: Path,
        cores: Sequence[int],
        modules: Sequence[str],
        patience_s: float = _PATIENCE,
    ) -> None:
        """Start it on `cores`, to import `modules`, by name. Raises WorkerError if it cannot be started.

        One that leaves a request without an answer for `patience_s` counts as gone, and is ended.
        """
        names = log.with_suffix(".modules")
        names.write_text(json.dumps(list(modules)), encoding="utf-8")
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far, open(os.devnull, "rb") as nothing:
            # numpy's own threads, which nothing timed runs on, are the only ones that a mere import would start.
            more = {"OPENBLAS_NUM_THREADS": "1", "BENCH_FORK_FD": str(far.fileno()), "BENCH_FORK_MODULES": str(names)}
            try:
                self._process = started(
                    python, {**variables, **more, **pinned(cores)}, log, nothing.fileno(), [far.fileno()]
                )
            except WorkerError:
                near.close()
                raise
        self._socket = near
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._ready: bool | None = None

    def ready(self, timeout: float, watch: Callable[[], None]) -> bool:
        """Wait until the imports are done; False if it must not fork: it died, or a library runs threads in it.

        `watch` is called meanwhile, and may raise to end the wait.
        """
        if self._ready is None:
            until = time.monotonic() + timeout
            while not select.select([self._socket], [], [], _LOOK)[0] and time.monotonic() < until:
                watch()
            answer = self._heard(_LOOK)
            self._ready = bool(answer and answer["ready"])
            if not self._ready:
                self.close()
        return self._ready

    def fork(self, variables: Mapping[str, str], log: Path, cores: Sequence[int] | None, pipes: Pipes) -> int:
        """Return the process id of a new worker. Raises OSError where the server is gone, or does not answer."""
        request = {"do": "fork", "log": str(log), "variables": {**variables, **pinned(cores)}}
        answer = self._asked(request, [pipes.worker_requests, pipes.worker_replies])
        if answer is None:
            raise OSError("the fork server is gone")
        return int(answer["pid"])

    def exit_code(self, pid: int) -> int | None:
        """Return a forked worker's exit code, None while it runs. A server that is gone took its workers with it."""
        answer = self._asked({"do": "wait", "pid": pid}, [])
        if answer is None:
            return -signal.SIGKILL
        code: int | None = answer["code"]
        return code

    def _asked(self, request: dict[str, Any], ends: list[int]) -> dict[str, Any] | None:
        """Return the answer to a request that hands it pipes' ends; None, and it is ended, where none comes.

        What it may yet fork ends with it, and no later answer is taken for another's.
        """
        try:
            with self._lock:
                socket.send_fds(self._socket, [json.dumps(request).encode()], ends)
                answer = self._heard(self._patience_s)
        except OSError:
            answer = None
        if answer is None:
            self.close()
        return answer

    def _heard(self, timeout: float) -> dict[str, Any] | None:
        self._socket.settimeout(timeout)
        try:
            line = self._socket.recv(_LONGEST)
        except OSError:
            return None
        return json.loads(line) if line else None

    def close(self) -> None:
        """End it, and every worker that it forked. May be called twice."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._socket.close()


class Forked:
    """A worker that a server forked."""

    def __init__(
        self, server: ForkServer, variables: Mapping[str, str], log: Path, cores: Sequence[int] | None, pipes: Pipes
    ) -> None:
        """Fork it, what it prints going to `log`. Raises OSError where the server is gone."""
        self._server = server
        self._pid = server.fork(variables, log, cores, pipes)
        self._code: int | None = None

    @property
    def pid(self) -> int:
        return self._pid

    def wait(self, timeout: float) -> int | None:
        until = time.monotonic() + timeout
        while self._code is None:
            self._code = self._server.exit_code(self._pid)
            if self._code is None:
                if time.monotonic() > until:
                    return None
                time.sleep(_GLANCE)
        return self._code


class Servers:
    """The servers that are up: all are replaced when a group comes that they have served.

    There is one for whatever must stand when a process starts: the member, and the variables that libraries read as
    they load.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._served: set[str] = set()
        self._count = 0
        self._servers: dict[Key, ForkServer] = {}

    def begin(self, group: str) -> None:
        """Begin a fork of a group, by its id: servers that have served another fork of it end, and so do too many."""
        if group in self._served or len(self._servers) > _MOST:
            self.close()
        self._served.add(group)

    def prepare(
        self, line: str, python: str, variables: Mapping[str, str], cores: Sequence[int], modules: Sequence[str]
    ) -> None:
        """Start a server, unless there is one; do not wait for it.

        Where it cannot be started there is none: the worker that is then started afresh says why it cannot be.
        """
        key = _key(line, variables)
        if key not in self._servers:
            self._count += 1
            log = self._scratch / f"fork-server-{self._count}.log"
            with contextlib.suppress(WorkerError):
                self._servers[key] = ForkServer(python, variables, log, cores, modules)

    def ready(
        self, line: str, variables: Mapping[str, str], timeout: float, watch: Callable[[], None] = lambda: None
    ) -> ForkServer | None:
        """Return the server once it can fork; None where there is none, or it must not. What `watch` raises goes on."""
        server = self._servers.get(_key(line, variables))
        return server if server is not None and server.ready(timeout, watch) else None

    def close(self) -> None:
        """End every server, and with it every worker that it forked."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        self._served.clear()


def _key(line: str, variables: Mapping[str, str]) -> Key:
    return line, frozenset(variables.items())
