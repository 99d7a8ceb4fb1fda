"""Measure the pipeline and print what was measured: `make bench-pipeline`. Prints figures and judges none.

Every figure is the median of several runs of this sitting, so that two figures can be compared with each other.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from barometer.settings import Settings, load_settings
from scripts import generated_world
from scripts.bench_live import bench_live

AS_OF = dt.date(2026, 11, 23)
CLI = [sys.executable, "-m", "barometer.cli"]
MB = 1e6


@dataclass(frozen=True)
class Measured:
    """Seconds and the most memory at one time: of the process itself, and of it with all its children."""

    seconds: float
    own_bytes: int
    tree_bytes: int


def measure(command: list[str], home: Path) -> Measured:
    """Run one command to its end; raise CalledProcessError when it fails."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("BAROMETER_", "PREFECT_"))}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environ | {"BAROMETER_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    own = tree = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        sizes = _sizes(watched)
        own, tree = max(own, sizes[0]), max(tree, sum(sizes))
        time.sleep(0.01)
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise subprocess.CalledProcessError(
            process.returncode, command, stderr=process.stderr.read() if process.stderr else ""
        )
    return Measured(seconds, own, tree)


def _sizes(process: psutil.Process) -> list[int]:
    """Return resident bytes of the process and of each child; zero for what has just ended."""
    sizes = []
    try:
        for one in [process, *process.children(recursive=True)]:
            sizes.append(one.memory_info().rss)
    except psutil.Error:
        pass
    return sizes or [0]


def repeat(name: str, command: list[str], home: Path, times: int, target: str) -> Measured:
    """Print and return the median of several runs."""
    runs = [measure(command, home) for _ in range(times)]
    middle = Measured(
        statistics.median(run.seconds for run in runs),
        max(run.own_bytes for run in runs),
        max(run.tree_bytes for run in runs),
    )
    show(
        name,
        f"{middle.seconds:.2f} s",
        f"{middle.own_bytes / MB:.0f} MB, {middle.tree_bytes / MB:.0f} MB with children",
        target,
    )
    return middle


def show(name: str, figure: str, more: str = "", target: str = "") -> None:
    """Print one line: what, how much, what else, what was aimed at."""
    print(f"{name:<44}{figure:>10}   {more:<36}{target}", flush=True)


def bench_commands(home: Path, times: int) -> None:
    """Measure the commands on the bundled snapshot."""
    fresh = home / "fresh"
    repeat("barometer --help", [*CLI, "--help"], fresh, times, "0.5 s")
    repeat("barometer build, first", [*CLI, "--home", str(home / "first"), "build"], fresh, 1, "3 s")
    repeat("barometer build, again", [*CLI, "build"], fresh, times, "3 s")
    repeat("barometer report", [*CLI, "report"], fresh, times, "6 s")
    repeat("barometer sql, cold", [*CLI, "sql", "select * from marts.picks"], fresh, times, "0.5 s")
    repeat("barometer tables, cold", [*CLI, "tables"], fresh, times, "0.5 s")
    repeat("barometer status, cold", [*CLI, "status"], fresh, times, "0.5 s")
    repeat("barometer explain, cold", [*CLI, "explain", "downloads_per_day.pytorch"], fresh, times, "")
    repeat("barometer verify", [*CLI, "verify"], fresh, 1, "")
    empty = repeat("empty Prefect flow", [sys.executable, "-m", "flows.empty", str(fresh)], fresh, times, "")
    run = repeat("barometer run --offline", [*CLI, "run", "--offline"], fresh, times, "empty + 10 s, 500 MB")
    show("run over an empty flow", f"{run.seconds - empty.seconds:+.2f} s", "", "10 s")


def bench_world(home: Path, frameworks: int, years: int, times: int) -> None:
    """Measure the build and the queries on a generated world."""
    from warehouse.build import build

    real = load_settings(environ={}, home=home)
    world = generated_world.World(frameworks, years, AS_OF)
    catalog = generated_world.write_catalog(world, real.catalog, home / "catalog.toml")
    print(f"\n{frameworks} frameworks, {years} years of daily rows")
    deliveries, terms = generated_world.deliveries(world, catalog), generated_world.terms(catalog)
    from advice import decide

    begun = time.perf_counter()
    summary = build(real, catalog, AS_OF, deliveries, terms, decide)
    show("build", f"{time.perf_counter() - begun:.1f} s", f"{summary.rows_loaded:,} rows", "60 s")
    show("warehouse", f"{real.warehouse.stat().st_size / MB:.0f} MB")
    show("peak memory of this process", f"{_peak() / MB:.0f} MB")
    bench_queries(real, times)


def _peak() -> int:
    """The most resident bytes this process had so far."""
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def bench_queries(settings: Settings, times: int) -> None:
    """Time every query a report sends and every saved question, rows fetched."""
    from reports.marts import load_marts
    from warehouse.connect import reader

    with reader(settings.warehouse) as connection:
        recorder = Recorder(connection)
        load_marts(recorder)
        questions = {
            path.name: path.read_text(encoding="utf-8") for path in sorted((settings.sql / "queries").glob("*.sql"))
        }
        for name, sql in {**recorder.queries, **questions}.items():
            spans = sorted(_seconds(partial(_rows, connection, sql)) for _ in range(times))
            show(f"query {name[:36]}", f"{spans[int(0.95 * (len(spans) - 1))] * 1e3:.0f} ms", "p95", "100 ms")


def _rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


class Recorder:
    """A connection that remembers the queries sent through it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.queries: dict[str, str] = {}

    def execute(self, query: str, parameters: Any = None) -> Any:
        """Send the query on and remember it by its table."""
        self.queries[query.partition(" from ")[2].split(" order")[0].split(" where")[0]] = query
        return self.connection.execute(query, parameters)


def _seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure all, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs of each command")
    parser.add_argument("--frameworks", type=int, default=200)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--only", choices=("commands", "live", "world"))
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}")
    print(f"{'':<44}{'median':>10}   {'most memory, or what it is':<36}aimed at")
    with tempfile.TemporaryDirectory() as folder:
        if chosen.only in (None, "commands"):
            bench_commands(Path(folder), chosen.times)
        if chosen.only in (None, "live"):
            bench_live(Path(folder), show)
        if chosen.only in (None, "world"):
            bench_world(Path(folder), chosen.frameworks, chosen.years, max(20, chosen.times))


if __name__ == "__main__":
    main()
