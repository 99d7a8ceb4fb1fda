"""Sources are asked in threads of one process: what they share may be met by two of them for the first time at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import ROOT

# Each turn has the module anew, its types unknown to msgspec; threads are switched as often as Python can.
MEET = """
import importlib, sys, threading
sys.setswitchinterval(1e-6)
name, line = sys.argv[1], sys.argv[2].encode()
for _ in range(40):
    sys.modules.pop(name, None)
    module = importlib.import_module(name)
    together = threading.Barrier(6)
    def read():
        together.wait()
        {read}
    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
COUNTERS = '{"format":1,"population":"x","rules":"y","seen":1,"kept":0,"threads":[{"id":1,"month":"2026-01-01"}]}'
LANDED = '{"source":"x","dataset":"y","request":"z","fetched_at":"2026-01-01T00:00:00Z","run_id":"1"}'


@pytest.mark.parametrize(
    ("module", "line", "read"),
    [
        ("sources.postings.redact", COUNTERS, "assert module.read_counters(line).threads"),
        ("sources.landing", LANDED, "assert module._LANDED.decode(line).source"),
    ],
)
def test_two_threads_that_come_first_do_not_crash_the_process(module: str, line: str, read: str):
    command = [sys.executable, "-c", MEET.replace("{read}", read), module, line]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
