"""What these tests share: the front, files, a warehouse of the contents, what landed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb

from barometer.settings import load_settings
from flows import results
from sources.bench_results import parse_payload
from sources.protocol import Payload
from warehouse.connect import SCHEMA
from warehouse.load import Delivery, Loader

TIMES = {"torch-eager": 0.02, "torch-compile": 0.01, "keras-jax-jit": 0.008, "jax-jit": 0.007}
AT = dt.datetime(2026, 11, 27, 8)


def loaded(*contents: bytes, request: str = "FILE run/x") -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with the raw rows of the contents."""
    connection = duckdb.connect(":memory:")
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    loader = Loader(connection)
    for content in contents:
        payload = Payload("bench", "bench", request, AT, content)
        loader.load(Delivery("bench", "test", payload, parse_payload(payload)))
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    return connection.execute(query).fetchall()


def take_up(home: Path) -> tuple[int, list[str]]:
    """How many files of the home folder a run takes up, and what it says."""
    said: list[str] = []
    return results.take_up(load_settings({}, home=home), said.append), said


def other_version(content: bytes) -> bytes:
    """The same file as of a later schema."""
    first, _, rest = content.partition(b"\n")
    return json.dumps({**json.loads(first), "schema": 99}).encode() + b"\n" + rest
