"""The runner through the front: its own words and codes, and a file that lands."""

from __future__ import annotations

import subprocess
from pathlib import Path

from barometer.cli.app import COMMANDS
from tests.bench_runs import Made
from tests.sources.own_files import run, write
from tests.sources.timings.support import TIMES, take_up
from tests.support import CLI, process_environment


def test_the_runner_starts_from_the_front_with_its_own_words_and_codes(tmp_path: Path):
    file = str(write(tmp_path, Made(TIMES).content()))
    shown = run(tmp_path / "home", "bench", "show", file)
    assert (shown.exit_code, "keras-jax-jit" in shown.stdout) == (0, True)
    assert run(tmp_path / "home", "bench", "check", str(tmp_path / "absent")).exit_code == 4
    assert run(tmp_path / "home", "bench", "run", "--tier", "huge").exit_code == 2
    assert run(tmp_path / "home", "bench", "run", "--stacks", "caffe").exit_code == 2
    told = run(tmp_path / "home", "bench", "run", "--help")
    assert (told.exit_code, "--budget" in told.stdout) == (0, True)
    assert "barometer bench run --tier smoke" in run(tmp_path / "home", "bench").stdout
    assert "bench" in COMMANDS


def test_what_the_front_runs_lands_in_its_home(tmp_path: Path):
    home = tmp_path / "home"
    command = [*CLI, "--home", str(home), "bench", "run", "--stacks", "dummy-one,dummy-slow", "--workloads", "dummy"]
    command += ["--forks", "1", "--rounds", "2", "--quiet"]
    environ = process_environment(tmp_path / "another")
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode in (0, 3), done.stderr
    assert len(list((home / "bench").glob("*.jsonl"))) == 1
    assert take_up(home)[0] == 1
