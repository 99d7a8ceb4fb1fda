"""What a worker's helpers compute is its own, whatever their programs are called."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import pressure

BUSY = "while True: pass"
LEADER = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); print('up', flush=True); time.sleep(600)"


@contextlib.contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that leads its own group and has said that it is up; the whole group is ended behind it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_helpers_are_counted_and_their_leader_is_not(tmp_path: Path):
    odd = tmp_path / "odd (name) 1 2"
    odd.symlink_to(sys.executable)
    with started(sys.executable, "-c", LEADER, str(odd), "-S", "-c", BUSY) as leader:
        end = time.monotonic() + 30
        while pressure.helpers_seconds(leader.pid) < 0.2:
            assert time.monotonic() < end, "a busy helper was not seen"
            time.sleep(0.05)


def test_what_only_the_leader_computes_is_none_of_its_helpers():
    with started(sys.executable, "-S", "-c", f"print('up', flush=True)\n{BUSY}") as alone:
        time.sleep(0.3)
        assert pressure.helpers_seconds(alone.pid) == 0
