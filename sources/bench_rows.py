"""Records of the timing runner as rows of the raw tables: what was measured, and what `bench.summary` makes of it.

A raw table takes one kind of record, its columns the record's fields; nested objects that nobody joins on stay as JSON
text. The tables `bench_summary_*` hold the statistics that need resampling, as the runner's own function gives them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.results import Record, of_kind
from bench.stacks import COMPILED_MODE, MODES, SHIPPED_MODE
from bench.summary import Row, summarize
from sources.protocol import Batch

BUNDLED, OWN = "bundled", "own"
_MIB = 2**20
# Words that SQL keeps for itself.
_COLUMN = {"group": "group_id", "limit": "limit_value"}

RUN = re.compile(r"[0-9a-f]{8,64}")
_PURPOSES = ("cells", "ladder", "batch", "model", "data", "fit")
# What tells two rows of a run apart, where the file itself could repeat it.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "bench_members": ("group_id", "member"),
    "bench_forks": ("fork", "member"),
    "bench_rounds": ("group_id", "phase", "fork", "round"),
    "bench_blocks": ("group_id", "phase", "fork", "round", "member"),
}
# Kinds that become rows as they are: table, fields.
_AS_SENT: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "parity": (
        "bench_parity",
        (
            *("record", "workload", "size", "device", "stack", "fork", "reference", "gate", "value", "limit", "passed"),
            "detail",
        ),
    ),
    "phase": ("bench_phases", ("fork", "group", "member", "phase", "cold", "first_step_s", "steps")),
    "round": ("bench_rounds", ("fork", "group", "phase", "round", "members", "kept", "reasons")),
    "steps": ("bench_steps", ("fork", "group", "member", "phase", "seconds")),
    "gemm": ("bench_gemms", ("fork", "group", "member", "n", "repeats", "wall_s")),
    "fit": ("bench_fits", ("group", "member", "batch", "status", "reason")),
}
_GROUP = ("group", "purpose", "workload", "size", "batch", "trainable", "forward_flops")
_CELL = ("group", "workload", "size", "phase", "device", "track", "division", "precision")
SUMMARY: Mapping[str, tuple[str, ...]] = {
    "cells": (
        *(*_CELL, "stack", "host_id", "status", "reason", "forks", "rounds", "rounds_dropped", "step_s", "low_s"),
        *("high_s", "method", "p50_s", "p95_s", "samples_per_s", "cpu_s", "device_s", "first_step_cold_s"),
        *("first_step_warm_s", "import_s", "build_s", "peak_bytes", "memory_method", "compiles", "graph_breaks"),
        *("joules_per_step", "flops_per_s", "ceiling_fraction", "batch", "environment_id"),
    ),
    "contrasts": (
        *(*_CELL, "kind", "measured", "against", "chosen", "ratio", "low", "high", "method", "forks", "rounds"),
        *("boot_low", "boot_high", "verdict", "margin", "aa_low", "aa_high", "measured_s", "against_s"),
        *("measured_environment", "against_environment", "host_id"),
    ),
    "ladder": (
        *(*_CELL, "stack", "rung", "knob", "status", "reason", "step_s", "ratio", "low", "high", "to_shipped"),
        *("forks", "host_id"),
    ),
    "scaling": (
        *(*_CELL, "stack", "sweep", "knob", "value", "batch", "status", "reason", "step_s", "low_s", "high_s"),
        *("samples_per_s", "largest", "host_id"),
    ),
    "break_even": (*_CELL, "compiled", "plain", "cost_s", "saving_s", "steps", "host_id"),
}


def batches(records: Sequence[Record], origin: str, found: Iterable[Batch] | None = None) -> Iterator[Batch]:
    """Yield the rows of one result file, a batch a raw table; the first record is the run.

    `found` is what `statistics` gave for these records before, so that it need not be worked out again.
    Raises LookupError, TypeError or ValueError where records that fit the schema do not belong together.
    """
    _check(records)
    run = records[0]["run"]
    made = [_run(records, origin), _sessions(records), *_groups(records), _stacks(records), *_environments(records)]
    made += [_forks(records), _blocks(records), _units(records), _cells(records)]
    numbered = [{**record, "record": number} for number, record in enumerate(records, 1)]
    for kind, (table, fields) in _AS_SENT.items():
        made.append(_rows(table, fields, of_kind(numbered, kind)))
    for batch in [*made, *(statistics(records) if found is None else found)]:
        _check_keys(batch)
        yield Batch(batch.table, ("run", *batch.columns), [(run, *row) for row in batch.rows])


def _check(records: Sequence[Record]) -> None:
    """Raise ValueError for what the schema lets pass and no run has."""
    if not RUN.fullmatch(records[0]["run"]):
        raise ValueError("the run's id is not eight hexadecimal digits or more")
    for group in of_kind(records, "group"):
        if group["batch"] < 1 or group["purpose"] not in _PURPOSES:
            raise ValueError(f"group {group['group']} has a batch of {group['batch']} and purpose {group['purpose']}")


def _check_keys(batch: Batch) -> None:
    """Raise ValueError where two rows have one key: one would hide the other."""
    key = _KEYS.get(batch.table)
    if key:
        places = [batch.columns.index(name) for name in key]
        seen = {tuple(row[place] for place in places) for row in batch.rows}
        if len(seen) < len(batch.rows):
            raise ValueError(f"{len(batch.rows) - len(seen)} rows of {batch.table} repeat another's {', '.join(key)}")


def statistics(records: Sequence[Record]) -> list[Batch]:
    """Return the rows of the tables `bench_summary_*`, less the run: some seconds of work for a long run."""
    found = summarize(records)
    return [_rows(f"bench_summary_{name}", fields, getattr(found, name)) for name, fields in SUMMARY.items()]


def moment(text: str) -> dt.datetime:
    """Return a moment of a result file as naive UTC. Raises ValueError for other text."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)


def _rows(table: str, fields: Sequence[str], records: Iterable[Record | Row]) -> Batch:
    columns = tuple(_COLUMN.get(name, name) for name in fields)
    return Batch(table, columns, [tuple(record[name] for name in fields) for record in records])


def _made(table: str, columns: Mapping[str, Callable[[Any], Any]], records: Iterable[Any]) -> Batch:
    """Return rows whose every column is worked out from its record."""
    return Batch(table, tuple(columns), [tuple(make(record) for make in columns.values()) for record in records])


def _field(name: str) -> Callable[[Record], Any]:
    return lambda record: record[name]


def _text(value: object) -> str | None:
    """Return a nested value as JSON text, None for none."""
    return None if value is None else json.dumps(value, separators=(",", ":"), sort_keys=True)


def _run(records: Sequence[Record], origin: str) -> Batch:
    run = records[0]
    host, gpu, rule = run["host"], run["host"].get("gpu") or {}, run["rule"]
    facts = {name: run[name] for name in ("tier", "device", "seed", "host_id", "code", "units")}
    facts |= {"started_at": moment(run["started_at"]), "schema_version": run["schema"], "origin": origin}
    facts |= {"records": len(records)}
    facts |= {name: _text(run[name]) for name in ("options", "rule", "contrasts", "break_even", "host")}
    facts |= {name: host.get(name) for name in ("cpu", "system", "kernel", "cores_allowed", "cores_online")}
    facts |= {"architecture": host.get("machine"), "memory_bytes": host.get("memory_bytes")}
    facts |= {"is_virtual": host.get("virtual"), "gpu_name": gpu.get("name"), "gpu_driver": gpu.get("driver_version")}
    facts |= {"gpu_memory_bytes": _bytes(gpu.get("memory.total"))}
    facts |= {f"{name}_limit": rule.get(name) for name in ("foreign", "steal", "throttled", "pressure")}
    return Batch("bench_runs", tuple(facts), [tuple(facts.values())])


def _bytes(mebibytes: object) -> int | None:
    """Return what nvidia-smi gives in MiB as bytes; None where it gives no number."""
    try:
        return round(float(str(mebibytes)) * _MIB)
    except ValueError:
        return None


def _sessions(records: Sequence[Record]) -> Batch:
    """One row a start of the runner; one that was killed has no end."""
    rows: list[list[Any]] = []
    for record in records:
        if record["kind"] == "session":
            rows.append([len(rows), moment(record["started_at"]), record["resumed"], None, None, None])
        elif record["kind"] == "end" and rows:
            rows[-1][3:] = [moment(record["at"]), record["reason"], record["elapsed_s"]]
    columns = ("session", "started_at", "resumed", "ended_at", "reason", "elapsed_s")
    return Batch("bench_sessions", columns, [tuple(row) for row in rows])


def _groups(records: Sequence[Record]) -> Iterator[Batch]:
    late = ("infer_flops", "same_as")
    fields = (*_GROUP, *late, "device", "track", "precision", "division", "phases", "forks", "value", "knob")
    # Older files have no fields that came late.
    groups = {one["group"]: {**dict.fromkeys(late), **one} for one in of_kind(records, "group")}
    yield _rows("bench_groups", fields, groups.values())
    asked = ("mode", "precision", "device", "layout", "placement", "optimizer", "norms", "steps_per_execution")
    knobs = (*asked, "allocator", "threads")
    members = []
    for group in groups.values():
        for place, member in enumerate(group["members"]):
            division = member["division"]
            turned = {name: division.get(name) for name in knobs}
            own = {"group": group["group"], "member": member["id"], "place": place, "division": division["name"]}
            members.append({**own, "stack": member["stack"], "twin": member["twin"], **turned})
    yield _rows("bench_members", ("group", "member", "place", "stack", "twin", "division", *knobs), members)


def _stacks(records: Sequence[Record]) -> Batch:
    """One row a stack of the run: the distributions it is of, so that SQL joins them to the catalogue's packages."""
    named = [member["stack"] for group in of_kind(records, "group") for member in group["members"]]
    named += [one["stack"] for one in of_kind(records, "cell")]
    columns = ("stack", "environment", "package", "backend_package", "mode", "is_shipped", "is_compiled", "is_tuned")
    return Batch("bench_stacks", columns, [_stack(name) for name in dict.fromkeys(named)])


def _stack(name: str) -> tuple[Any, ...]:
    mode = MODES.get(name)
    if mode is None:
        # Of another version of the runner: its figures are kept, and belong to no framework here.
        return (name, None, None, None, None, False, False, False)
    backend = mode.modules[1] if len(mode.modules) > 1 else None
    shipped, compiled = SHIPPED_MODE.get(mode.environment), COMPILED_MODE.get(mode.environment)
    ways = (mode.mode == shipped, mode.mode == compiled, mode.tuned)
    return (name, mode.environment, mode.framework, backend, mode.mode, *ways)


def _environments(records: Sequence[Record]) -> Iterator[Batch]:
    """Environments, and their distributions; a distribution with a recorded file list is a framework's."""
    numbered = [{**record, "record": number} for number, record in enumerate(records, 1)]
    found = list({one["environment_id"]: one for one in of_kind(numbered, "environment")}.values())
    fields = ("record", "environment", "environment_id", "python")
    yield _made("bench_environments", {name: _field(name) for name in fields} | {"words": _words}, found)
    rows = [
        (one["environment"], one["environment_id"], name, version, one["records"].get(name))
        for one in found
        for name, version in sorted(one["distributions"].items())
    ]
    columns = ("environment", "environment_id", "distribution", "version", "files_sha256")
    yield Batch("bench_distributions", columns, rows)


def _words(environment: Record) -> str:
    """Return an environment's frameworks with their versions, and Python's."""
    versions = environment["distributions"]
    named = [f"{name} {versions[name]}" for name in sorted(environment["records"]) if name in versions]
    return ", ".join([*named, f"Python {environment['python']}"])


def _forks(records: Sequence[Record]) -> Batch:
    fields = ("fork", "group", "number", "member", "stack", "twin", "cold", "import_s", "build_s", "trainable")
    columns: dict[str, Callable[[Record], Any]] = {_COLUMN.get(name, name): _field(name) for name in fields}
    columns |= {"started_at": lambda one: moment(one["started_at"]), "resolved": lambda one: _text(one["resolved"])}
    columns |= {name: _field(name) for name in ("environment_id", "status", "failure", "reason")}
    for outer, inner, column in (
        ("memory", "peak_bytes", "peak_bytes"),
        ("memory", "method", "memory_method"),
        ("compiles", "compiles", "compiles"),
        ("compiles", "graph_breaks", "graph_breaks"),
    ):
        columns[column] = _within(outer, inner)
    return _made("bench_forks", columns, of_kind(records, "fork"))


def _blocks(records: Sequence[Record]) -> Batch:
    fields = ("fork", "group", "member", "phase", "round", "place", "steps", "wall_s", "cpu_s", "left_s", "device_s")
    columns: dict[str, Callable[[Record], Any]] = {_COLUMN.get(name, name): _field(name) for name in fields}
    columns["joules"] = _field("joules")
    columns |= {f"{name}_share": _within("surroundings", name) for name in ("foreign", "steal", "pressure")}
    columns |= {"throttled_share": _within("surroundings", "throttled"), "load": _within("surroundings", "load")}
    columns["gpu"] = lambda one: _text(one["surroundings"].get("gpu"))
    return _made("bench_blocks", columns, of_kind(records, "block"))


def _within(outer: str, inner: str) -> Callable[[Record], Any]:
    return lambda record: (record[outer] or {}).get(inner)


def _units(records: Sequence[Record]) -> Batch:
    """Forks of groups that came to their end; one that was tried again, all its rounds being void, at its last end."""
    last = {(one["group"], one["number"]): one for one in of_kind(records, "unit")}
    return _rows("bench_units", ("fork", "group", "number", "seconds"), last.values())


def _cells(records: Sequence[Record]) -> Batch:
    """How each cell ended: the last record of a cell is the one that counts."""
    fields = (*_CELL, "stack")
    last = {tuple(one[name] for name in fields): one for one in of_kind(records, "cell")}
    return _rows("bench_cells", (*fields, "status", "reason"), last.values())
