"""What nvidia-smi says is read, and it is only ever asked. A program of that name stands in for it."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from pathlib import Path

import pytest

from bench import gpu
from bench.stacks import untuned_variables
from tests.bench.frameworks import python_of

# Answers as the real one prints them, and a log of every call.
SCRIPT = r"""#!/bin/sh
echo "$@" >> "$SMI_LOG"
case "$*" in
  *compute-apps*) cat "$SMI_PIDS" ;;
  *"-lms 100"*) while true; do echo "1755, 2619, 50, 250.5, 99, 0x4"; sleep 0.02; done ;;
  *clocks_event_reasons*) [ -n "$SMI_OLD" ] && exit 2; echo "1980, 2619, 45, 301.25, 98, 0x0000000000000040" ;;
  *clocks_throttle_reasons*) echo "1980, 2619, 45, [N/A], 98, 0x0000000000000004" ;;
  *name*) echo "NVIDIA H100 80GB HBM3, GPU-1, 570.1, 96.0, 81559, 700.00, 9.0, Disabled" ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture
def smi(tmp_path: Path, monkeypatch) -> Path:
    """The folder that holds the stand-in, its log `calls` and the process ids it tells, `pids`."""
    program = tmp_path / "nvidia-smi"
    program.write_text(SCRIPT, encoding="ascii")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "pids").write_text("", encoding="ascii")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SMI_LOG", str(tmp_path / "calls"))
    monkeypatch.setenv("SMI_PIDS", str(tmp_path / "pids"))
    return tmp_path


def test_facts_and_state_are_read(smi: Path):
    assert gpu.facts()["name"] == "NVIDIA H100 80GB HBM3"
    assert gpu.facts()["memory.total"] == "81559"
    assert gpu.state() == {
        "sm_mhz": 1980.0,
        "memory_mhz": 2619.0,
        "temperature_c": 45.0,
        "power_w": 301.25,
        "utilization_pct": 98.0,
        "reasons": 0x40,
    }


def test_an_older_driver_and_a_figure_it_does_not_tell(smi: Path, monkeypatch):
    monkeypatch.setenv("SMI_OLD", "1")
    assert gpu.state()["reasons"] == 4
    assert gpu.state()["power_w"] is None


def test_foreign_processes_are_counted(smi: Path):
    me = os.getpid()
    (smi / "pids").write_text(f"{me}\n{os.getppid()}\n", encoding="ascii")
    groups = {os.getpgid(me), os.getpgid(os.getppid())}
    assert gpu.foreign(sorted(groups)) == 0
    assert gpu.foreign([-1]) == 2
    # A container shows ids of the host, none of which this process can see.
    (smi / "pids").write_text("4194999\n4194998\n", encoding="ascii")
    assert gpu.foreign([1]) is None
    (smi / "pids").write_text("", encoding="ascii")
    assert gpu.foreign([1]) == 0


def test_energy_is_mean_power_times_seconds(smi: Path):
    log = gpu.Log(smi / "log")
    begun = time.monotonic()
    while len((smi / "log").read_text(encoding="ascii").splitlines()) < 12 and time.monotonic() - begun < 30:
        time.sleep(0.02)
    ended = time.monotonic()
    try:
        assert log.joules(begun, ended) == pytest.approx(250.5 * (ended - begun))
        assert log.joules(ended, ended) is None
    finally:
        log.close()


def test_the_state_is_the_newest_line_of_the_log_while_it_is_fresh(smi: Path, monkeypatch):
    log = gpu.Log(smi / "log")
    try:
        begun = time.monotonic()
        while not (smi / "log").stat().st_size and time.monotonic() - begun < 30:
            time.sleep(0.02)
        asked = (smi / "calls").read_text(encoding="ascii").count("\n")
        assert log.state()["sm_mhz"] == 1755.0
        assert log.state()["reasons"] == 4
        assert (smi / "calls").read_text(encoding="ascii").count("\n") == asked
        monkeypatch.setattr(gpu, "_STALE", -1.0)
        assert log.state()["sm_mhz"] == 1980.0
    finally:
        log.close()


def test_it_is_asked_and_never_told(smi: Path):
    gpu.facts()
    gpu.state()
    gpu.processes()
    gpu.Log(smi / "log").close()
    calls = (smi / "calls").read_text(encoding="ascii").splitlines()
    assert len(calls) >= 3
    allowed = ("--query-gpu=", "--query-compute-apps=", "--format=", "--id=", "-lms", "100")
    assert all(word.startswith(allowed) for call in calls for word in call.split())


def test_without_it_nothing_is_known(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu.facts() is None
    assert gpu.state() is None
    assert gpu.foreign([1]) is None
    log = gpu.Log(tmp_path / "power")
    assert log.joules(0, 1) is None
    log.close()


def test_gates_compile_quickly_and_on_a_gpu_take_kernels_as_they_come(monkeypatch):
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    assert "--xla_backend_optimization_level=0" in untuned_variables("cpu")["XLA_FLAGS"].split()
    assert untuned_variables("cuda") == {"XLA_FLAGS": "--xla_gpu_autotune_level=0"}
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=false")
    assert untuned_variables("cuda") == {"XLA_FLAGS": "--xla_cpu_enable_fast_math=false --xla_gpu_autotune_level=0"}


@pytest.mark.parametrize(
    ("stack", "program"),
    [
        ("jax-jit", "import jax.numpy as j; print(float(j.ones(3).sum()))"),
        (
            "tensorflow-xla",
            "import tensorflow as t; print(float(t.function(t.reduce_sum, jit_compile=True)(t.ones(3))))",
        ),
    ],
)
def test_xla_knows_the_flags_and_would_end_at_one_that_it_does_not_know(stack: str, program: str):
    def sums(flags: str) -> tuple[int, str]:
        words = [python_of(stack), "-c", program]
        found = {**os.environ, "XLA_FLAGS": flags}
        done = subprocess.run(words, env=found, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout

    for device in ("cpu", "cuda"):
        assert sums(untuned_variables(device)["XLA_FLAGS"]) == (0, "3.0\n")
    assert sums("--xla_gpu_no_such_flag=0")[0] != 0
