"""A fork server's own side: import a framework, compute nothing, and fork a worker whenever the runner asks."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_LONGEST = 1 << 16


def serve_forks(become: Callable[[int], None], settle: Callable[[], None]) -> None:
    """Import the modules named in a file, then fork at each request until the runner is gone.

    In each fork `settle` ties it to this process and to its cores, and `become` is handed the descriptor of its
    replies; the fork ends when that returns. Nothing is forked once a library has started threads here: a fork would
    hold their locks and not them.
    """
    channel = socket.socket(fileno=int(os.environ.pop("BENCH_FORK_FD")))
    names = json.loads(Path(os.environ.pop("BENCH_FORK_MODULES")).read_text(encoding="utf-8"))
    for name in names:
        # What a framework made up as it ran cannot be imported, nor need it be.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    # Out of the collector's sight, in every fork too: a collection there would copy each page that it touches.
    gc.collect()
    gc.freeze()
    channel.send(json.dumps({"ready": _alone()}).encode())
    while True:
        line, descriptors, _, _ = socket.recv_fds(channel, _LONGEST, 2)
        if not line:
            return
        request = json.loads(line)
        if request["do"] == "wait":
            answer: dict[str, Any] = {"code": _code(request["pid"])}
        else:
            own = os.getpid()
            pid = os.fork()
            if pid == 0:
                channel.close()
                _work(request, own, descriptors, become, settle)
            _lead(pid)
            for one in descriptors:
                os.close(one)
            answer = {"pid": pid}
        channel.send(json.dumps(answer).encode())


def _alone() -> bool:
    """True while this process has one thread and no children."""
    threads = os.listdir("/proc/self/task")
    with contextlib.suppress(FileNotFoundError):
        if Path(f"/proc/self/task/{threads[0]}/children").read_text(encoding="ascii").strip():
            return False
    return len(threads) == 1


def _lead(pid: int) -> None:
    """Put a fork into a group of its own: asked for on both sides, so that it holds whoever comes first."""
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)


def _code(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _work(
    request: Mapping[str, Any],
    server: int,
    descriptors: Sequence[int],
    become: Callable[[int], None],
    settle: Callable[[], None],
) -> None:
    """Be the worker, and end. Never returns."""
    code, (requests, replies) = 70, descriptors
    try:
        _lead(0)
        os.environ.update(request["variables"])
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for near, far in ((requests, 0), (log, 1), (log, 2)):
            os.dup2(near, far)
        os.close(requests)
        os.close(log)
        settle()
        # It may have ended before this process was tied to it.
        if os.getppid() == server:
            become(replies)
            code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
