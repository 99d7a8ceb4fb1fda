"""`make bench` from its script on: the run, the warehouse, the page; and what it says of a run that was cut short."""

from __future__ import annotations

import os
import re
import shlex
import signal
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


def command(*arguments: str) -> list[str | Path]:
    return [ROOT / "scripts" / "run-bench", Path(sys.executable).parent, *DUMMIES, *arguments]


def environ(home: Path) -> dict[str, str]:
    return {name: value for name, value in process_environment(home).items() if name != "BENCH_ENV"}


def make_bench(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environ(home), capture_output=True, text=True, timeout=600, check=False
    )


def stopped(home: Path, *arguments: str) -> str:
    """Press Ctrl-C in the first fork, and return what was said on stderr."""
    begun = subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environ(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert begun.stderr is not None
    assert any("fork 1 of 1" in line for line in begun.stderr)
    # As a terminal does: to the script and to all that it started.
    os.killpg(begun.pid, signal.SIGINT)
    said = begun.communicate(timeout=120)[1]
    assert begun.returncode == 130, said
    return said


def test_stopped_it_says_how_to_go_on_and_that_ends_with_a_warehouse_and_the_page_it_names(home: Path):
    said = stopped(home, "--rounds", "1")
    (file,) = (home / "bench").glob("*.jsonl")
    told = re.search(r'Go on with: \S+ make bench BENCH_ARGS="(.*)"', said)
    assert told is not None, said
    assert said.endswith(f"or report it as it is: BAROMETER_HOME={home} make report\n")
    words = shlex.split(told[1])
    assert words == [*DUMMIES, "--rounds", "1", "--resume", "--out", str(file)]
    assert not (home / "warehouse.duckdb").exists()
    done = make_bench(home, *words[len(DUMMIES) :])
    assert done.returncode == 0, done.stderr
    assert list((home / "bench").glob("*.jsonl")) == [file]
    assert re.search(r"valid, \d+ records; cells: ", done.stderr)
    assert "taking up bench/" in done.stderr
    page = done.stdout.strip().splitlines()[-1].removeprefix("open ").removesuffix(" in a browser")
    assert Path(page).name == "benchmark.html"
    assert Path(page).exists()


def test_how_to_go_on_names_the_file_once_and_how_to_report_it_takes_it_up(home: Path):
    """However often it was stopped before."""
    file = home / "else where.jsonl"
    first = stopped(home, "--out", str(file))
    again = stopped(home, "--resume", "--out", str(file))
    for said in (first, again):
        words = re.search(r'BENCH_ARGS="(.*)"', said)
        assert words is not None, said
        assert shlex.split(words[1]) == [*DUMMIES, "--resume", "--out", str(file)]
    told = re.search(r"or report it as it is: (.*) && .* make report\n", again)
    assert told is not None, again
    # As somebody types it whose shell knows of no home folder.
    bare = {name: value for name, value in environ(home).items() if name != "BAROMETER_HOME"}
    taken = subprocess.run(["bash", "-c", told[1]], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout.startswith("else where.jsonl: run ")
    assert (home / "landing" / "bench.jsonl").exists()


def test_what_the_runner_refuses_ends_it_with_the_runners_code(home: Path):
    done = make_bench(home, "--phases", "nope")
    assert done.returncode == 2
    assert "nope is not a phase" in done.stderr
    assert not (home / "warehouse.duckdb").exists()
