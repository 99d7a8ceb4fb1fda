"""Prefect's temporary server, which must not outlive us: not even a SIGKILL may leave one behind.

Prefect would start one by itself, but would import the whole server into our process first (decision 17), and stop it
only where our process ends by itself. For the other endings a small process waits at a pipe that the system closes with
us, and then stops the server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    get_current_settings,
    temporary_settings,
)

from barometer.errors import BarometerError

# Reads the server's process id, then waits for the pipe to close. "done" says that there is nothing left to stop.
WATCH = """
import os, signal, sys
words = sys.stdin.read().split()
if words and words[-1] != "done":
    os.kill(int(words[0]), signal.SIGKILL)
"""
# Between our look for a free port and the server's claim on it somebody else may take it.
_ATTEMPTS = 2
_STOP_S = 5.0
# As Prefect starts its own: without pages, and told that it lives as long as a run.
_SERVED = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


@contextmanager
def guarded_server(meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Start Prefect's temporary server and what stops it if we cannot; start none where an API is configured.

    `meanwhile` is called while the server starts, on a core of its own. Raises BarometerError where none answers.
    """
    if PREFECT_API_URL.value():
        yield
        return
    for _ in range(_ATTEMPTS):
        port = _free_port()
        with _guarded(port) as server:
            meanwhile()
            url = f"http://127.0.0.1:{port}/api"
            if not _answers(server, url):
                if server.poll() is None:
                    break
                continue
            # Runs that `serve` starts are processes of their own: they are to use this server and start none.
            os.environ["PREFECT_API_URL"] = url
            try:
                with temporary_settings({PREFECT_API_URL: url}):
                    yield
            finally:
                os.environ.pop("PREFECT_API_URL", None)
            return
    raise BarometerError(
        "Prefect's temporary server does not start.",
        "Its words stand above with --verbose. A server that runs already is used where PREFECT_API_URL names it.",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _guarded(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server on the port, and its guard in a session of its own: what kills our process group must leave that be."""
    command = [sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on"]
    known = get_current_settings().to_environment_variables(exclude_unset=True)
    guard = subprocess.Popen(
        [sys.executable, "-S", "-c", WATCH], stdin=subprocess.PIPE, text=True, start_new_session=True
    )
    server = subprocess.Popen(command, env={**os.environ, **_SERVED, **known})
    try:
        assert guard.stdin is not None
        guard.stdin.write(f"{server.pid}\n")
        guard.stdin.flush()
        yield server
    finally:
        _stop(server)
        guard.communicate("done\n")


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    """Return whether the server answers within the time that Prefect's settings allow."""
    deadline = time.monotonic() + PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
    with requests.Session() as session:
        # A proxy of the user's knows nothing of this machine's own servers.
        session.trust_env = False
        while server.poll() is None and time.monotonic() < deadline:
            try:
                if session.get(f"{url}/health", timeout=5).ok:
                    return True
            except requests.RequestException:
                pass
            time.sleep(0.05)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
