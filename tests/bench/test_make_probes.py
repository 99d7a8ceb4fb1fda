"""`make probes` from its script on: what is measured here, the warehouse, the report; what is missing is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from bench.environments import known
from tests.support import ROOT, process_environment

# Counting programs by parsing needs no framework.
COUNTED = ("ease", "--quick", "--workloads", "mlp", "--device", "cpu")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose environments are somebody's own and hold no framework, so that nothing is installed."""
    for name in known():
        python = tmp_path / "bench-env" / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
    return tmp_path


def make_probes(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in process_environment(home).items() if name != "BENCH_ENV"}
    command = [ROOT / "scripts" / "run-probes", Path(sys.executable).parent, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_it_ends_with_a_file_a_warehouse_and_the_page_it_names(home: Path):
    done = make_probes(home, *COUNTED, "--out", str(home / "mine.jsonl"))
    assert done.returncode == 0, done.stderr
    assert "mine.jsonl: valid" in done.stdout + done.stderr
    page = done.stdout.strip().splitlines()[-1].removeprefix("open ").partition(" in a browser")[0]
    assert Path(page).name == "ease.html"
    assert Path(page).exists()
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        own = "select probe, is_quick, units, units_not_run from marts.probe_runs where origin = 'own'"
        found = connection.execute(own).fetchall()
    assert [(probe, quick) for probe, quick, *_ in found] == [("ease", True)]
    assert 0 < found[0][3] < found[0][2]


def test_what_the_probes_refuse_ends_it_with_their_code(home: Path):
    done = make_probes(home, "nope")
    assert done.returncode == 2
    assert "nope" in done.stderr
    assert not (home / "warehouse.duckdb").exists()
