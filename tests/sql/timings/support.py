"""Runs of known figures in the warehouse: worlds of their files, audits, evidence, verdicts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sources.bench_results import TERMS, parse_payload
from sources.protocol import Payload
from tests.sql.world import SQL, World, models
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.load import Delivery, Loader
from warehouse.models import load_queries

AS_OF = dt.date(2026, 12, 31)
LANDED = dt.datetime(2026, 11, 27)
MARTS = ("runs", "cells", "contrasts", "ladder", "scaling", "break_even", "parity", "environments", "flags")
TIMES = {
    "torch-eager": 0.020,
    "torch-compile": 0.010,
    "keras-torch-eager": 0.030,
    "keras-jax-jit": 0.008,
    "keras-tensorflow-graph": 0.012,
    "keras-tensorflow-xla": 0.011,
    "jax-jit": 0.007,
    "tensorflow-graph": 0.013,
    "tensorflow-xla": 0.011,
    "tensorflow-eager": 0.050,
}


def give(world: World, content: bytes, at: dt.datetime = LANDED, origin: str = "FILE") -> World:
    """Load a result file as if it had landed at a moment."""
    name = "bundle/x.jsonl.gz" if origin == "bundle" else f"{origin} run/x"
    payload = Payload("bench", "bench", name, at, content)
    Loader(world.connection).load(Delivery("bench", "test", payload, parse_payload(payload)))
    return world


def world_of(*contents: bytes, as_of: dt.date = AS_OF, whole: bool = False) -> World:
    """A world with the files loaded, one second after the other, and built: the timings alone, or everything."""
    world = World(as_of, None, [TERMS])
    for second, content in enumerate(contents):
        give(world, content, LANDED + dt.timedelta(seconds=second))
    return world.build() if whole else built(world)


def built(world: World) -> World:
    """Build what comes from timings alone."""
    return world.build(*(f"marts.benchmark_{name}" for name in MARTS), "core.evidence_benchmarks")


def check(world: World) -> int:
    """Run every audit of what is built; return how many."""
    there = {row[0] for row in world.rows("select schema_name || '.' || table_name from duckdb_tables()")}
    audits = [one for one in load_queries(SQL, "audits") if there.issuperset(one.reads)]
    return run_audits(
        world.connection, [*model_audits(one for one in models() if one.table in there), *file_audits(audits)]
    )


def evidence(world: World, table: str = "core.evidence_benchmarks") -> dict[str, dict[str, Any]]:
    """Figures from the timing runner by `metric.framework`."""
    cursor = world.connection.execute(f"select metric || '.' || framework as id, * from {table}")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: row for row in rows if row.get("dataset", "bench") == "bench"}


def counts(world: World) -> dict[str, int]:
    """Rows of each mart."""
    return {name: world.rows(f"select count(*) from marts.benchmark_{name}")[0][0] for name in MARTS}


NOTHING = dict.fromkeys(MARTS, 0)
