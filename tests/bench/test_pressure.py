"""What counts as a neighbour's work: the rule on figures made up, the system's own counters, a worker's helpers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench import pressure
from bench.pressure import Rule, Snapshot

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


QUIET = {"seconds": 1.0, "cores": 2, "foreign": 0.0, "steal": 0.0, "throttled": 0.0, "pressure": 0.9}


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        # Where foreign work is known, tasks that wait for a core say nothing more.
        ({}, []),
        ({"foreign": 0.06}, []),
        ({"foreign": 0.07}, ["foreign 0.070 > 0.060"]),
        ({"foreign": 0.07, "seconds": 0.1}, []),
        ({"steal": 0.04}, ["steal 0.040 > 0.030"]),
        ({"throttled": 0.05}, ["throttled 0.050 > 0.040"]),
        ({"foreign": None}, ["pressure 0.900 > 0.250"]),
        ({"foreign": None, "pressure": 0.2}, []),
        ({"foreign": None, "steal": None, "throttled": None, "pressure": None}, []),
        ({"gpu": {"reasons": 4, "foreign": 0}}, []),
        ({"gpu": {"reasons": 8 | 4}}, ["the GPU was throttled (reasons 0xc)"]),
        ({"gpu": {"reasons": 32}}, ["the GPU was throttled (reasons 0x20)"]),
        ({"gpu": {"reasons": 64}}, ["the GPU was throttled (reasons 0x40)"]),
        ({"gpu": {"reasons": 128}}, ["the GPU was throttled (reasons 0x80)"]),
        ({"gpu": {"reasons": None, "foreign": 2}}, ["2 foreign processes on the GPU"]),
        ({"foreign": 0.5, "steal": 0.5}, ["foreign 0.500 > 0.060", "steal 0.500 > 0.030"]),
    ],
)
def test_the_rule_names_what_is_above_its_limit(change: dict[str, Any], reasons: list[str]):
    assert pressure.contamination(QUIET | change, Rule()) == reasons


def test_shares_are_of_the_wall_and_foreign_ones_of_the_cores_too():
    before, after = Snapshot(10.0, 5.0, 1.0, 2.0, 3.0, None), Snapshot(12.0, 6.0, 1.5, 2.5, 3.1, 0.7)
    found = pressure.between(before, after, own_cpu=0.4, cores=2)
    assert found == pytest.approx(
        {"seconds": 2, "foreign": 0.15, "steal": 0.125, "pressure": 0.25, "throttled": 0.05, "load": 0.7, "cores": 2}
    )
    # The clock's ticks may say that cores were busier than they can be.
    crowded = pressure.between(before, Snapshot(12.0, 15.0, 1.0, 2.0, 3.0, None), own_cpu=0.4, cores=2)
    assert crowded["foreign"] == pytest.approx(0.9)
    blind = Snapshot(12.0, None, None, None, None, None)
    unknown = pressure.between(before, blind, own_cpu=0.4, cores=2)
    assert [unknown[name] for name in ("foreign", "steal", "pressure", "throttled", "load")] == [None] * 5


def test_cores_are_as_busy_as_the_system_says():
    cores = pressure.allowed_cores()
    assert cores == sorted(psutil.Process().cpu_affinity())
    theirs = [psutil.cpu_times(percpu=True)[core] for core in cores]
    found = pressure.snapshot(cores)
    busy = sum(one.user + one.nice + one.system + one.irq + one.softirq for one in theirs)
    # A sandbox may show an empty table: zeros are no figure.
    assert found.busy == (pytest.approx(busy, abs=5) if busy else None)
    assert found.steal == (pytest.approx(sum(one.steal for one in theirs), abs=5) if busy else None)
    assert found.pressure is None or found.pressure <= time.time() - psutil.boot_time() + 60


@pytest.mark.parametrize("lacking", ["foreign", "steal", "pressure", "throttled"])
def test_a_share_that_one_block_lacks_is_none_of_all(lacking: str):
    blocks = [QUIET | {"seconds": 1.0, "foreign": 0.4}, QUIET | {"seconds": 3.0, "foreign": 0.0}]
    assert pressure.pooled(blocks)["foreign"] == pytest.approx(0.1)
    found = pressure.pooled([blocks[0], blocks[1] | {lacking: None}])
    assert [name for name, value in found.items() if value is None] == [lacking]
