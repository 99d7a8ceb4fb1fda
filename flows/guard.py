"""Prefect's temporary server, which must not outlive us: not even a SIGKILL may leave one behind.

Prefect stops its server when the process ends by itself. For the other endings a small process waits at a pipe that
the system closes with us, and then stops the server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import PREFECT_API_URL, temporary_settings

# Reads the server's process id, then waits for the pipe to close. "done" says that there is nothing left to stop.
WATCH = """
import os, signal, sys
words = sys.stdin.read().split()
if words and words[-1] != "done":
    os.kill(int(words[0]), signal.SIGKILL)
"""


@contextmanager
def guarded_server() -> Iterator[None]:
    """Start Prefect's temporary server and what stops it if we cannot; do nothing where an API is configured."""
    if PREFECT_API_URL.value():
        yield
        return
    server = SubprocessASGIServer()
    # A session of its own: what kills our process group must leave the guard to do its work.
    guard = subprocess.Popen(
        [sys.executable, "-S", "-c", WATCH], stdin=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _start(server, guard)
        # Runs that `serve` starts are processes of their own: they are to use this server and start none.
        os.environ["PREFECT_API_URL"] = server.api_url
        with temporary_settings({PREFECT_API_URL: server.api_url}):
            yield
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.stop()
        guard.communicate("done\n")


def _start(server: SubprocessASGIServer, guard: subprocess.Popen[str]) -> None:
    """Start the server, and name it to the guard as soon as it has a process: it takes seconds to answer."""
    failures: list[BaseException] = []

    def start() -> None:
        try:
            server.start()
        except BaseException as error:
            failures.append(error)

    starting = threading.Thread(target=start, daemon=True)
    starting.start()
    named = False
    while starting.is_alive():
        starting.join(0.05)
        if server.server_process is not None and not named and guard.stdin:
            guard.stdin.write(f"{server.server_process.pid}\n")
            guard.stdin.flush()
            named = True
    if failures:
        raise failures[0]
