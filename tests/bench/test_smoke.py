"""A small real run of every stack, as a user takes it, to the page that shows it: file, tables, warehouse, report."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from bench import results, summary
from bench.environments import folders, requirements
from bench.results import Record
from bench.stacks import CONTRASTS, MODES
from bench.tiers import EVERY_DAY
from tests.bench.dummies import CLI, environ
from tests.bench.frameworks import all_of, every_gate_holds

# Every stack that runs without being tuned, and Keras' compiled way on torch.
STACKS = (*EVERY_DAY, "keras-torch-compile")
WORKLOADS = ("mlp",)
# Every comparison that a reader asks for first must come out of it.
ASKED = {("keras-torch-eager", "torch-eager"), ("keras-jax-jit", "jax-jit"), ("torch-compile", "torch-eager")}
pytestmark = pytest.mark.xdist_group("smoke")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result file of one run of the smoke tier with every stack."""
    all_of(*STACKS)
    home = tmp_path_factory.mktemp("smoke")
    beside = home / "tmp"
    beside.mkdir()
    words = ["run", "--tier", "smoke", "--stacks", ",".join(STACKS), "--workloads", ",".join(WORKLOADS)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.busy", *words, "--device", "cpu", "--rounds", "3", "--budget", "none"],
        env=environ(home) | {"BENCH_ENV": str(folders()[0]), "TMPDIR": str(beside)},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "parity: " in done.stderr
    assert [one.name for one in beside.iterdir()] == []
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def records(out: Path) -> list[Record]:
    """The records of the file, held against the schema."""
    return results.read(out)


def test_every_stack_passes_its_gates_and_is_timed(records: list[Record]):
    every_gate_holds(records, STACKS)
    cells = {(cell["stack"], cell["phase"]): cell for cell in summary.summarize(records).cells}
    assert set(cells) == {(stack, phase) for stack in STACKS for phase in ("train", "infer")}
    assert [
        (cell["stack"], cell["reason"]) for cell in cells.values() if cell["status"] != "ok" or cell["reason"]
    ] == []
    for cell in cells.values():
        assert cell["rounds"] == 3
        assert 0 < cell["step_s"] < 5
        assert cell["first_step_cold_s"] > 0
        assert cell["peak_bytes"] > 50e6
        # Above 1 where a neighbour slows the products down and not the steps, as other tests do.
        assert cell["ceiling_fraction"] > 0


def test_contrasts_stand_beside_identical_code_against_itself(records: list[Record]):
    rows = summary.summarize(records).contrasts
    controls = [row for row in rows if row["kind"] == "A/A"]
    assert {(row["phase"], row["measured"] == row["against"]) for row in controls} == {("train", True), ("infer", True)}
    pairs = {(row["measured"], row["against"]) for row in rows if row["kind"] == "contrast"}
    declared = {pair for pair in CONTRASTS if set(pair) <= set(STACKS)}
    assert pairs >= ASKED
    assert declared <= pairs
    for row in rows:
        # A single process has no interval that means anything beyond itself, so nothing is said to differ.
        assert row["forks"] == 1
        assert row["verdict"] == "undecided"
        assert math.isfinite(row["ratio"])
        assert row["host_id"] == records[0]["host_id"]


def test_every_framework_is_the_one_that_its_environments_file_pins(records: list[Record]):
    held = {one["environment"]: one["distributions"] for one in results.of_kind(records, "environment")}
    assert set(held) == {MODES[stack].environment for stack in STACKS}
    for name, distributions in held.items():
        pins = dict(line.split("==") for line in requirements(name, "cpu").read_text(encoding="utf-8").split())
        # A build may add its own mark: 2.13.0+cpu.
        assert {package: distributions[package].partition("+")[0] for package in pins} == pins


def test_the_file_checks_and_shows(out: Path, tmp_path: Path):
    for command, words in (("check", "valid"), ("show", "keras-torch-eager")):
        done = subprocess.run(
            [*CLI, command, str(out)], env=environ(tmp_path), capture_output=True, text=True, check=True
        )
        assert words in done.stdout


def test_the_run_is_imported_and_its_page_verifies(barometer, out: Path, tmp_path: Path):
    home = tmp_path / "home"
    for words in (("import", "bench", str(out)), ("build",), ("report",), ("verify",)):
        done = barometer(*words, home=home)
        assert done.returncode == 0, done.stderr
    run = results.read(out)[0]["run"][:8]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        query = "select count(distinct stack), count(*) from marts.benchmark_cells where status = 'ok' and run = ?"
        stacks, shown = connection.execute(query, [run]).fetchall()[0]
        chosen = "select is_chosen from marts.benchmark_runs where run = ?"
        is_chosen = connection.execute(chosen, [run]).fetchall()[0][0]
    assert (stacks, shown) == (len(STACKS), 2 * len(STACKS) * len(WORKLOADS))
    folder = next((home / "reports").glob("*/benchmark.html")).parent
    # Evidence rests on the bundled run, of several forks; this one has a page of its own, linked from there.
    name = "benchmark.html" if is_chosen else f"benchmark-{run}.html"
    assert name == "benchmark.html" or f'href="{name}"' in (folder / "benchmark.html").read_text(encoding="utf-8")
    page = (folder / name).read_text(encoding="utf-8")
    assert [stack for stack in STACKS if f"/{stack}/" not in page] == []
