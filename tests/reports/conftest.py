"""Real warehouses of the bundled snapshot, the edition made from one, and a browser to read it with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from playwright.sync_api import Browser, sync_playwright

from advice import decide
from barometer.catalog import Catalog, Framework, load_catalog
from barometer.settings import Settings, load_settings
from reports.publish import publish
from reports.render import render_edition
from sources.bench_results import parse_payload
from sources.probe_results import TERMS
from sources.protocol import Payload
from sources.snapshot import Snapshot
from tests.probe_runs import whole
from tests.reports.benchmark_rows import OTHER, benchmark_tables
from tests.reports.benchmark_rows import World as TimedWorld
from warehouse.build import build
from warehouse.connect import reader
from warehouse.load import Delivery

AS_OF = dt.date(2026, 11, 23)
MXNET = Framework(
    key="mxnet",
    label="MXNet",
    colour="#56B4E9",
    shape="cross",
    packages=["mxnet"],
    repositories=["apache/mxnet", "apache/incubator-mxnet"],
    paper_labels=["mxnet"],
)

CPU_RUN = TimedWorld()
GPU_RUN = TimedWorld(
    run=OTHER,
    device="cuda",
    machine="Intel Xeon, 16 cores, 128 GiB, NVIDIA H100 80GB HBM3, Linux",
    gpu="NVIDIA H100 80GB HBM3",
    origin="own",
    tier="full",
    workloads=("cnn", "gpt", "mlp"),
    is_chosen=False,
    relative={"keras-torch-eager": 0.9, "keras-jax-jit": 0.8},
    spread=0.1,
)

Timed = Callable[..., duckdb.DuckDBPyConnection]
Probed = Callable[[bytes], duckdb.DuckDBPyConnection]
World = Callable[..., tuple[duckdb.DuckDBPyConnection, Catalog]]


def build_world(
    home: Path, catalog: Catalog, without: tuple[str, ...] = (), as_of: dt.date = AS_OF, probes: bytes | None = None
) -> duckdb.DuckDBPyConnection:
    """Build the snapshot's warehouse in `home`, less some data sets, with a probe file, and open it for reading."""
    settings: Settings = dataclasses.replace(load_settings(environ={}), home=home)
    snapshot = Snapshot()
    deliveries = [
        Delivery(snapshot.name, snapshot.run_id, payload, snapshot.parse(payload))
        for payload in snapshot.fetch(None)
        if payload.dataset not in without
    ]
    terms = [term for term in snapshot.terms() if term.dataset not in without]
    if probes is not None:
        payload = Payload("probes", "probes", "FILE run/probes.jsonl", dt.datetime(2026, 11, 22), probes)
        deliveries.append(Delivery("probes", "test", payload, parse_payload(payload)))
        terms = [*(term for term in terms if term.dataset != TERMS.dataset), TERMS]
    build(settings, catalog, as_of, deliveries, terms, decide)
    return reader(settings.warehouse)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The project's own catalogue."""
    return load_catalog(load_settings(environ={}).catalog)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    """A home with the warehouse of the whole snapshot. Read-only by agreement."""
    folder = tmp_path_factory.mktemp("home")
    build_world(folder, catalog).close()
    return folder


@pytest.fixture(scope="session")
def connection(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse of the whole snapshot."""
    with reader(dataclasses.replace(load_settings(environ={}), home=home).warehouse) as opened:
        yield opened


@pytest.fixture(scope="session")
def timed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timed]:
    """A function that opens the snapshot's warehouse with the rows of generated runs of the timing runner in it."""
    opened: list[duckdb.DuckDBPyConnection] = []
    warehouse = dataclasses.replace(load_settings(environ={}), home=home).warehouse

    def make(*worlds: TimedWorld, evidence: Sequence[dict[str, Any]] = ()) -> duckdb.DuckDBPyConnection:
        copy = Path(shutil.copy(warehouse, tmp_path_factory.mktemp("timed") / warehouse.name))
        with duckdb.connect(str(copy)) as connection:
            for table, rows in {**benchmark_tables(*worlds), "evidence": list(evidence)}.items():
                insert(connection, table, rows, copy.parent)
        opened.append(reader(copy))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[dict[str, Any]], scratch: Path) -> None:
    """Insert rows into a mart; every column must be given, and none that the mart does not have."""
    columns = dict(connection.execute(f"select column_name, column_type from (describe marts.{table})").fetchall())
    for row in rows:
        assert set(row) == set(columns), (table, set(row) ^ set(columns))
    lines = scratch / f"{table}.jsonl"
    lines.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows), encoding="utf-8")
    read = "read_json(?, format = 'newline_delimited', columns = ?)"
    connection.execute(f"insert into marts.{table} by name select * from {read}", [str(lines), columns])


@pytest.fixture(scope="session")
def timed_files(timed: Timed, catalog: Catalog) -> dict[str, bytes]:
    """The files of an edition with two whole runs, one of them on a GPU."""
    return render_edition(timed(CPU_RUN, GPU_RUN), catalog, None)


@pytest.fixture(scope="session")
def timed_edition(timed_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder of that edition. Read-only by agreement."""
    return publish(tmp_path_factory.mktemp("timed-reports"), AS_OF.isoformat(), timed_files)


@pytest.fixture(scope="session")
def probed(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Iterator[Probed]:
    """A function that opens the snapshot's warehouse with a file of the probes in it; the same file is built once."""
    opened: dict[bytes, duckdb.DuckDBPyConnection] = {}

    def make(content: bytes) -> duckdb.DuckDBPyConnection:
        if content not in opened:
            opened[content] = build_world(tmp_path_factory.mktemp("probed"), catalog, ("probes",), probes=content)
        return opened[content]

    yield make
    for one in opened.values():
        one.close()


@pytest.fixture(scope="session")
def probed_files(probed: Probed, catalog: Catalog) -> dict[str, bytes]:
    """The files of an edition with a whole run of every probe."""
    return render_edition(probed(whole(started_at="2026-11-20T09:00:00+00:00")), catalog, None)


@pytest.fixture(scope="session")
def probed_edition(probed_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder of that edition. Read-only by agreement."""
    return publish(tmp_path_factory.mktemp("probed-reports"), AS_OF.isoformat(), probed_files)


@pytest.fixture(scope="session")
def files(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> dict[str, bytes]:
    """The files of a first edition of the whole snapshot."""
    return render_edition(connection, catalog, None)


@pytest.fixture(scope="session")
def edition(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder of that edition. Read-only by agreement."""
    return publish(tmp_path_factory.mktemp("reports"), AS_OF.isoformat(), files)


@pytest.fixture
def world(tmp_path: Path, catalog: Catalog) -> Iterator[World]:
    """A function that builds another world: frameworks kept or added, data sets left out."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(
        frameworks: tuple[str, ...] | None = None, added: tuple[Framework, ...] = (), without: tuple[str, ...] = ()
    ) -> tuple[duckdb.DuckDBPyConnection, Catalog]:
        changed = with_frameworks(catalog, frameworks, added)
        opened.append(build_world(tmp_path / f"home-{len(opened)}", changed, without))
        return opened[-1], changed

    yield make
    for one in opened:
        one.close()


def with_frameworks(catalog: Catalog, kept: tuple[str, ...] | None, added: tuple[Framework, ...] = ()) -> Catalog:
    """Return the catalogue with some of its frameworks, and others; articles and claims that name a lost one go too."""
    frameworks = [f for f in catalog.frameworks if kept is None or f.key in kept] + list(added)
    keys = {f.key for f in frameworks} | {"draw", "none"}
    packages = {package for f in frameworks for package in f.packages}
    factors = [
        f if f.article_winner in keys else msgspec.structs.replace(f, article_winner="none") for f in catalog.factors
    ]
    lost = [f.key for f in catalog.frameworks if f.key not in keys]
    claims = [c for c in catalog.claims if not any(key in (c.rule or "") for key in lost)]
    edges = [edge for edge in catalog.pulls_in if {edge.package, edge.installs} <= packages]
    return msgspec.structs.replace(catalog, frameworks=frameworks, factors=factors, claims=claims, pulls_in=edges)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    assert path is not None, "these tests need Chromium: install the package `chromium-headless-shell`"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()
