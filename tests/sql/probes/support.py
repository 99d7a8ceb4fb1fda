"""Probe files of known figures in the warehouse: worlds of them, audits, figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sources.bench_results import parse_payload
from sources.probe_results import TERMS
from sources.protocol import Payload
from tests.sql.world import SQL, World, models
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.load import Delivery, Loader
from warehouse.models import load_queries

AS_OF = dt.date(2026, 12, 31)
LANDED = dt.datetime(2026, 11, 27)
MARTS = (
    *("probe_runs", "ease", "ease_changes", "ease_sources", "debugging", "debugging_faults", "debugging_aids"),
    *("control_flow", "deployment", "deployment_serving", "integration", "integration_loaders", "footprint"),
)
DEFAULT = {"keras-tensorflow", "keras-tensorflow-graph", "torch", "torch-eager", "tensorflow", "tensorflow-graph"}
DEFAULT |= {"jax", "jax-jit", "jax-flax"}


def world_of(*contents: bytes, as_of: dt.date = AS_OF, everything: bool = False) -> World:
    """A world with the files loaded, one second after the other, and built: what comes of probes, or everything."""
    world = World(as_of, None, [TERMS])
    for second, content in enumerate(contents):
        at = LANDED + dt.timedelta(seconds=second)
        payload = Payload("probes", "probes", f"FILE run/{content[:200].hex()[-8:]}", at, content)
        Loader(world.connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    return world.build() if everything else world.build(*(f"marts.{name}" for name in MARTS), "core.evidence_probes")


def check(world: World) -> int:
    """Run every audit of what is built; return how many."""
    there = {row[0] for row in world.rows("select schema_name || '.' || table_name from duckdb_tables()")}
    audits = [one for one in load_queries(SQL, "audits") if there.issuperset(one.reads)]
    known = [one for one in models() if one.table in there]
    return run_audits(world.connection, [*model_audits(known), *file_audits(audits)])


def figures(world: World, table: str = "core.evidence_probes") -> dict[str, tuple[Any, ...]]:
    """(value, low, high, n) by `metric.framework`."""
    return {
        row[0]: row[1:] for row in world.rows(f"select metric || '.' || framework, value, low, high, n from {table}")
    }


def note(world: World, name: str) -> str:
    metric, framework = name.split(".")
    where = f"metric = '{metric}' and framework = '{framework}'"
    return str(world.rows(f"select note from core.evidence_probes where {where}")[0][0])
