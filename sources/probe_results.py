"""What a probe file holds, in words, and the terms of its figures. `sources.bench_results` reads the file itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.probes.records import FIRST, settled
from bench.results import Record, of_kind
from sources.protocol import DatasetTerms

NAME = DATASET = "probes"
TERMS = DatasetTerms(
    DATASET,
    "probes made with the bundled runner: the project's own, where a run is bundled, and those of whoever runs it",
    "a run that is bundled: the project's own; any other: its maker's",
    "the project's probes, `python -m bench probe`",
    "as long as a run takes",
    "one cell of one probe's matrix",
    (
        "proxies, not a study of users: programs, faults and forms were chosen before any run, and are published",
        "an outcome is of the versions that were installed; seconds and sizes are of one machine",
        "code is counted only where the program passes the runner's parity gates",
    ),
    source=NAME,
)


def machine(host: Mapping[str, Any]) -> str:
    """Return a run's machine in words: its processor, the cores it might use, its GPU if it used one."""
    cores, gpu = host.get("cores_allowed"), (host.get("gpu") or {}).get("name")
    words = f"{host.get('cpu') or 'unknown processor'}, {cores} {'core' if cores == 1 else 'cores'}"
    return f"{words}, {gpu}" if gpu else words


def is_probes(records: Sequence[Record]) -> bool:
    """True for the records of a probe file, false for those of the timing runner."""
    return bool(records) and records[0]["kind"] == FIRST


def describe(name: str, records: Sequence[Record]) -> str:
    """Return what a probe file holds, in a few lines: the run, its machine, each probe's units by how they ended."""
    run = records[0]
    host, quick = run["host"], ", the small form" if run["quick"] else ""
    said = [
        f"{name}: probes, run {run['run'][:8]} on {run['device']}{quick}, begun {run['started_at']}",
        f"  machine: {machine(host)}",
    ]
    units = of_kind(settled(records), "unit")
    for probe in dict.fromkeys(unit["probe"] for unit in units):
        hows = Counter(unit["how"] for unit in units if unit["probe"] == probe)
        said.append(f"  {probe}: {', '.join(f'{count} {how}' for how, count in sorted(hows.items()))}")
    return "\n".join(said)


def as_json(records: Sequence[Record]) -> Iterator[str]:
    """Yield one JSON line a unit: of which probe, and what became of it."""
    for unit in of_kind(settled(records), "unit"):
        yield json.dumps({name: unit[name] for name in ("probe", "unit", "how", "reason", "seconds")})
