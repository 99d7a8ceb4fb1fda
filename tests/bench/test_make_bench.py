"""`make bench` from its script on: the run, the warehouse, the page; and what it says of a run that was cut short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.stacks import MODES
from tests.support import ROOT, process_environment

DUMMIES = ["--tier", "smoke", "--stacks", "dummy-one,dummy-slow", "--workloads", "dummy", "--device", "cpu"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose environments are there and somebody's own, so that nothing is installed for the dummies."""
    for name in {mode.environment for mode in MODES.values()}:
        python = tmp_path / "bench-env" / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
    return tmp_path


def make_bench(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in process_environment(home).items() if name != "BENCH_ENV"}
    command = [ROOT / "scripts" / "run-bench", Path(sys.executable).parent, *DUMMIES, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_it_ends_with_a_file_a_warehouse_and_the_page_it_names(home: Path):
    done = make_bench(home, "--rounds", "1")
    assert done.returncode == 0, done.stderr
    assert len(list((home / "bench").glob("*.jsonl"))) == 1
    assert "taking up bench/" in done.stderr
    page = done.stdout.strip().splitlines()[-1].removeprefix("open ").removesuffix(" in a browser")
    assert Path(page).name == "benchmark.html"
    assert Path(page).exists()


def test_what_the_runner_refuses_ends_it_with_the_runners_code(home: Path):
    done = make_bench(home, "--phases", "nope")
    assert done.returncode == 2
    assert "nope is not a phase" in done.stderr
    assert not (home / "warehouse.duckdb").exists()
