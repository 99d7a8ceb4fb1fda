"""Records of the probes as rows of the raw tables: one table a kind, its columns the fields of the kind's own schema.

A unit that was run again counts once, as it came out last. Objects and arrays stay as JSON text. What the runner's own
tables know of a stack (its mode, and whether that is the way one gets without asking) is written beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.probes.records import completed, schema, settled
from bench.results import Record, of_kind
from bench.stacks import COMPILED_MODE, MODES, SHIPPED_MODE
from sources.bench_rows import RUN, moment
from sources.protocol import Batch

# Words that SQL keeps for itself, and those that would name a framework in a column.
COLUMN = {"limit": "limit_value", "right": "right_rule", "exists": "can_exist"}
COLUMN |= {"tensorflow_found": "package_found", "tensorflow_imported": "package_imported"}
# Longer than any program or message; whatever is longer is cut.
LONGEST = 50_000
# Whose absence a training of the footprint probe is about.
_ABSENT = "tensorflow"
# The backend that Keras takes without being asked: keras.src.backend.config, and keras.json as it is first written.
_DEFAULT_BACKEND = {"keras": "tensorflow"}
_RUN_FIELDS = ("units", "seed", "code", "host_id")


def batches(records: Sequence[Record], origin: str) -> Iterator[Batch]:
    """Yield the rows of one probe file, a batch a raw table; the first record is the run.

    Raises LookupError, TypeError or ValueError where records that fit the schema do not belong together.
    """
    run = records[0]["run"]
    if not RUN.fullmatch(run):
        raise ValueError("the run's id is not eight hexadecimal digits or more")
    counted = settled(records)
    made = [_run(records, origin), _environments(counted), _rows("probe_units", "unit", of_kind(counted, "unit"))]
    made.append(_stacks(counted))
    for kind, words in schema()["kinds"].items():
        if words["probe"]:
            made.append(_rows(table(kind), kind, of_kind(counted, kind)))
    for batch in made:
        yield Batch(batch.table, ("run", *batch.columns), [(run, *row) for row in batch.rows])


def table(kind: str) -> str:
    """Return the raw table of a probe's kind of record."""
    return f"probe_{kind}"


def _rows(name: str, kind: str, records: Sequence[Record]) -> Batch:
    """Return rows whose columns are the fields of the kind's schema, and what the table says beyond them."""
    fields = list(schema()["kinds"][kind]["fields"])
    columns = [COLUMN.get(field, field) for field in fields]
    rows = [tuple(_plain(record[field]) for field in fields) for record in map(completed, records)]
    if kind == "footprint_training":
        columns, rows = [*columns, "absent_package"], [(*row, _ABSENT) for row in rows]
    return Batch(name, tuple(columns), rows)


def _plain(value: object) -> Any:
    """Return a value as a column holds it: objects and arrays as JSON text, a text cut to `LONGEST` characters."""
    if isinstance(value, dict | list):
        value = json.dumps(value, separators=(",", ":"), sort_keys=True)
    elif isinstance(value, str) and len(value) > LONGEST:
        value = f"{value[: LONGEST - 1]}…"
    return value


def _run(records: Sequence[Record], origin: str) -> Batch:
    run, host = records[0], records[0]["host"]
    gpu = host.get("gpu") or {}
    sessions = [one["kind"] for one in records if one["kind"] in ("session", "end")]
    ends = of_kind(records, "end")
    facts = {name: run[name] for name in ("device", *_RUN_FIELDS)}
    facts |= {"started_at": moment(run["started_at"]), "schema_version": run["schema"], "origin": origin}
    # A session that was killed wrote no end.
    facts |= {"ending": ends[-1]["reason"] if sessions and sessions[-1] == "end" else "killed"}
    facts |= {"records": len(records), "is_quick": run["quick"], "is_narrowed": _is_narrowed(run["options"])}
    facts |= {"options": _plain(run["options"]), "host": _plain(host), "gpu_name": gpu.get("name")}
    facts |= {name: host.get(name) for name in ("cpu", "system", "cores_allowed", "cores_online", "memory_bytes")}
    return Batch("probe_runs", tuple(facts), [tuple(facts.values())])


def _is_narrowed(options: Mapping[str, Any]) -> bool:
    """True where some stacks or workloads were asked for; which probes were is told by the units."""
    return bool(options.get("stacks") or options.get("workloads"))


def _environments(records: Sequence[Record]) -> Batch:
    """One row an environment, as it was seen last: the frameworks' versions in words, all versions as JSON."""
    last = {one["environment"]: one for one in of_kind(records, "environment")}
    columns = ("environment", "environment_id", "python", "words", "distributions")
    rows = [
        (name, one["environment_id"], one["python"], _words(one), _plain(one["distributions"]))
        for name, one in last.items()
    ]
    return Batch("probe_environments", columns, rows)


def _words(environment: Record) -> str:
    versions = environment["distributions"]
    named = [f"{name} {versions[name]}" for name in sorted(environment["records"]) if name in versions]
    return ", ".join([*named, f"Python {environment['python']}"])


def _stacks(records: Sequence[Record]) -> Batch:
    """One row a stack and mode of a record: its distributions, and which way of its framework it is.

    `is_default` is the way without asking for anything; `is_documented` that, or the compiled one documented beside it,
    with any backend. What has no mode is as documented as it comes.
    """
    found = {
        (one["stack"], one["framework"], one["backend"], one["mode"]): None
        for one in records
        if {"stack", "framework", "backend", "mode"} <= one.keys()
    }
    columns = ("stack", "package", "backend_package", "mode", "is_shipped", "is_documented", "is_default")
    return Batch("probe_stacks", columns, [(*key, *_ways(*key)) for key in found])


def _ways(stack: str, framework: str, backend: str, mode: str) -> tuple[bool, bool, bool]:
    known = MODES.get(stack) if mode else None
    shipped = known is None or known.mode == SHIPPED_MODE.get(known.environment)
    compiled = known is not None and known.mode == COMPILED_MODE.get(known.environment)
    return shipped, shipped or compiled, shipped and backend == _DEFAULT_BACKEND.get(framework, "")
