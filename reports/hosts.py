"""On which machine a figure was measured, and whether two figures may be held against each other at all."""

from __future__ import annotations

import re

from reports.marts import Marts, Row

RUNNERS = {"bench": "benchmark_runs", "probes": "probe_runs"}  # data sets measured by running, and their runs
_TIMES = ("seconds", "microseconds")
_RUN = re.compile(r"\brun ([0-9a-f]{8})\b")


def host_of(marts: Marts, row: Row) -> str | None:
    """Return the hash of the machine that a row of marts.evidence was measured on; None where it is of no run.

    The row's note names the run by the first eight digits of its id; the table of runs knows its machine.
    """
    found = _RUN.search(row.get("note") or "")
    runs = marts.tables.get(RUNNERS.get(row["dataset"], ""), [])
    return next((run["host_id"] for run in runs if found and run["run"] == found[1]), None)


def is_of_a_machine(row: Row) -> bool:
    """Return whether a figure says as much of a machine as of a framework: any of the timing runner, and any time."""
    return row["dataset"] == "bench" or (row["dataset"] == "probes" and row["unit"] in _TIMES)
