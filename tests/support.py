"""What tests of several rooms use: the fixed day, the tree, processes on a home of their own, contents."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import duckdb

from barometer.catalog import Catalog, load_catalog
from sources.registry import SOURCES

ROOT = Path(__file__).resolve().parent.parent
AS_OF = dt.date(2026, 11, 23)
EARLIER = dt.date(2026, 3, 1)
CLI = [sys.executable, "-m", "barometer.cli"]

_contents: dict[str, dict[str, tuple[int, int]]] = {}


@cache
def shipped_catalog() -> Catalog:
    """The catalogue that the project ships, read and checked once a process. Read-only by agreement."""
    return load_catalog(ROOT / "catalog.toml")


def process_environment(home: Path, root: Path = ROOT) -> dict[str, str]:
    """The environment of a process that works on `home`: this one's, less what would steer it elsewhere.

    Drawings are kept for all tests together, under BAROMETER_CACHE, which the root's conftest sets. Every live source
    is sent to a port of this machine where nobody listens: no test asks a real service by mistake.
    """
    closed = {f"BAROMETER_{name.upper()}_URL": "http://127.0.0.1:9" for name in SOURCES}
    steering = ("BAROMETER_", "PREFECT_")
    kept = {k: v for k, v in os.environ.items() if k == "BAROMETER_CACHE" or not k.startswith(steering)}
    return kept | closed | {"BAROMETER_HOME": str(home), "PYTHONPATH": str(root), "NO_COLOR": "1"}


def table_contents(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Every table's number of rows and the sum of its rows' hashes: equal for equal contents, whatever their order."""
    # Half a second of work, and tests ask for the same few files again and again: the same bytes hold the same rows.
    key = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    if key not in _contents:
        _contents[key] = _read_contents(warehouse)
    return dict(_contents[key])


def _read_contents(warehouse: Path) -> dict[str, tuple[int, int]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as w (read_only)")
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'w' order by 1"
        ).fetchall()
        query = "select '{0}', count(*), coalesce(sum(hash(one)::hugeint), 0) from w.{0} as one"
        rows = connection.execute(" union all ".join(query.format(name) for (name,) in names)).fetchall()
        return {name: (count, hashes) for name, count, hashes in rows}


def file_contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
