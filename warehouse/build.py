"""One build: a new file beside the published one, loaded, built, audited, and only then put in its place.

Readers keep the file they opened; whoever opens later sees the new one. A build that fails or is killed leaves the
published file as it was, and the next build removes what is left of it.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from barometer.catalog import Catalog
from barometer.errors import BuildError, BusyError, StorageError, WarehouseError
from barometer.settings import Settings
from sources.protocol import DatasetTerms
from warehouse import parsing
from warehouse.audit import coverage_audits, file_audits, model_audits, run_audits
from warehouse.catalog_tables import write_catalog
from warehouse.comments import write_comments
from warehouse.connect import (
    FORMAT,
    SCHEMA,
    damaged,
    is_unreadable,
    reader,
    storage_errors,
    writer,
    writer_lock,
)
from warehouse.load import Delivery, Loader, insert_rows
from warehouse.models import EVIDENCE, LAYERS, Model, after_advice, load_models, load_queries

Advise = Callable[[list[dict[str, Any]], Catalog], dict[str, list[dict[str, Any]]]]
Progress = Callable[[str], None]

_MODELS_AT_ONCE = 20
# The data set whose part in the advice is told: where it has figures, the advice is worked out without them too.
COMPARED_WITHOUT = "probes"
_WITHOUT = ("factor_standings", "factor_verdicts", "recommendations", "picks")
_MEMORY_HINT = "free some disk space to spill to, or raise memory_limit in warehouse/connect.py"


@dataclass(frozen=True)
class BuildSummary:
    """What one build did: new raw rows, rows replaced by a second reading and what came in their place, models built,
    audits passed, seconds taken.
    """

    rows_loaded: int
    rows_replaced: int
    rows_again: int
    models: int
    audits: int
    seconds: float


@dataclass(frozen=True)
class _Work:
    """What a build is made from."""

    settings: Settings
    catalog: Catalog
    as_of: dt.date
    deliveries: Iterable[Delivery]
    terms: list[DatasetTerms]
    advise: Advise
    accept_less: bool
    progress: Progress


def build(
    settings: Settings,
    catalog: Catalog,
    as_of: dt.date,
    deliveries: Iterable[Delivery],
    terms: list[DatasetTerms],
    advise: Advise,
    progress: Progress | None = None,
    *,
    accept_less: bool = False,
    wait_s: float = 300.0,
) -> BuildSummary:
    """Build the edition of `as_of` and publish it as `settings.warehouse`.

    Raw history is taken over from the published file. `advise` turns the rows of `marts.evidence` into rows of
    `advice.*`. `accept_less` lets figures go that the published warehouse has.
    Raises BuildError, AuditError, BusyError, WarehouseError or StorageError; the published file is then as it was.
    """
    work = _Work(settings, catalog, as_of, deliveries, terms, advise, accept_less, progress or (lambda _: None))
    with writer_lock(settings, wait_s), storage_errors(settings.home):
        return _build_file(work, settings.warehouse)


def build_copy(
    settings: Settings,
    target: Path,
    catalog: Catalog,
    as_of: dt.date,
    deliveries: Iterable[Delivery],
    terms: list[DatasetTerms],
    advise: Advise,
    progress: Progress | None = None,
) -> BuildSummary:
    """Build the edition of `as_of` into `target` and publish nothing: to derive again what was published.

    Takes raw history from the published warehouse and needs no lock. Coverage is not compared. Raises as `build` does.
    """
    work = _Work(settings, catalog, as_of, deliveries, terms, advise, True, progress or (lambda _: None))
    with storage_errors(target.parent):
        return _build_file(work, target)


def _build_file(work: _Work, target: Path) -> BuildSummary:
    started = time.perf_counter()
    published = work.settings.warehouse if work.settings.warehouse.exists() else None
    if published:
        _remember_files(published)
    models = load_models(work.settings.sql)
    audits = load_queries(work.settings.sql, "audits")
    building = target.with_name(f"{target.name}.building")
    _remove_leftovers(building)
    connection = writer(building, published)
    try:
        _create_tables(connection, published)
        rows = _load_all(connection, work)
        write_catalog(connection, work.catalog, work.terms, work.as_of)
        files = parsing.rows((model.file, model.sql) for model in [*models, *audits])
        insert_rows(connection, "catalog.sql_files", None, list(files))
        _build_models(connection, models, work)
        work.progress("auditing")
        checks = [*model_audits(models), *file_audits(audits)]
        if published and not work.accept_less:
            checks += coverage_audits(connection, models, work.as_of)
        passed = run_audits(connection, checks)
        connection.execute("use memory; checkpoint warehouse; detach warehouse")
    except duckdb.OutOfMemoryException as error:
        raise BuildError(f"the build ran out of memory: {str(error).splitlines()[0]}", _MEMORY_HINT) from error
    finally:
        connection.close()
    _swap(building, target)
    _remove_leftovers(building)
    return BuildSummary(rows.loaded, rows.replaced, rows.again, len(models), passed, time.perf_counter() - started)


def _remember_files(published: Path) -> None:
    """Take over what the published warehouse knows of the files that built it; none of it where that is unreadable."""
    with suppress(WarehouseError, BusyError, StorageError, duckdb.Error), reader(published) as connection:
        known = connection.execute("select parser, sha256, reads, comments from catalog.sql_files").fetchall()
        parsing.remember(known)


def _remove_leftovers(building: Path) -> None:
    """Remove what a killed build left: its file, its log, its spilled and incoming rows."""
    for path in building.parent.glob(f"{building.name}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _create_tables(connection: duckdb.DuckDBPyConnection, published: Path | None) -> None:
    """Create the given tables and take over the raw rows of the published file, in their order."""
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    connection.execute(f"insert into raw.format values ({FORMAT})")
    for layer in LAYERS:
        connection.execute(f"create schema {layer}")
    if published is None:
        return
    try:
        known = _raw_tables(connection, "warehouse")
        for name in _raw_tables(connection, "published"):
            # A table that this version does not know is kept all the same: nothing collected is lost.
            if name not in known:
                connection.execute(f"create table raw.{name} as from published.raw.{name}")
            elif name != "format":
                connection.execute(f"insert into raw.{name} by name from published.raw.{name}")
    except duckdb.Error as error:
        if is_unreadable(error):
            raise damaged(published, error) from error
        raise


def _raw_tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    query = (
        f"select table_name from duckdb_tables() where database_name = '{database}' and schema_name = 'raw' order by 1"
    )
    return [row[0] for row in connection.execute(query).fetchall()]


@dataclass
class _Rows:
    loaded: int = 0
    replaced: int = 0
    again: int = 0


def _load_all(connection: duckdb.DuckDBPyConnection, work: _Work) -> _Rows:
    rows, loader = _Rows(), Loader(connection)
    for (source, dataset), deliveries in groupby(work.deliveries, key=lambda d: (d.source_name, d.payload.dataset)):
        before = rows.loaded
        for delivery in deliveries:
            if delivery.again:
                replaced, again = loader.load_again(delivery)
                rows.replaced += replaced
                rows.again += again
            else:
                rows.loaded += loader.load(delivery)
        if rows.loaded > before:
            work.progress(f"loaded {rows.loaded - before:,} rows of {dataset} from {source}")
    return rows


def _build_models(connection: duckdb.DuckDBPyConnection, models: list[Model], work: _Work) -> None:
    late = after_advice(models)
    early = [model for model in models if model.table not in late]
    work.progress(f"building {len(models)} models")
    _build_all(connection, early)
    work.progress("weighing the evidence")
    _load_advice(connection, work, has_evidence=any(model.table == EVIDENCE for model in early))
    _build_all(connection, [model for model in models if model.table in late])
    write_comments(connection, models)


def _build_all(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Build models in their order, some at a time: what is not on the disk yet stays in memory, a block a column."""
    for start in range(0, len(models), _MODELS_AT_ONCE):
        connection.execute("begin")
        for model in models[start : start + _MODELS_AT_ONCE]:
            _build_model(connection, model)
        connection.execute("commit; checkpoint warehouse")


def _build_model(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Create one model's table, in the order of its grain: the same rows lie the same way after every build."""
    grain = ", ".join(f'"{name}"' for name in model.grain)
    try:
        connection.execute(f"create table {model.table} as select * from ({model.sql}\n) order by {grain}")
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        text = str(error).strip()
        raise BuildError(
            f"cannot build {model.table}: {text}", f"correct {model.file}; the lines are those of the file"
        ) from None


def _load_advice(connection: duckdb.DuckDBPyConnection, work: _Work, *, has_evidence: bool) -> None:
    evidence: list[dict[str, Any]] = []
    if has_evidence:
        cursor = connection.execute(f"select * from {EVIDENCE}")
        names = [column[0] for column in cursor.description]
        evidence = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for table, rows in work.advise(evidence, work.catalog).items():
        _insert_advice(connection, table, rows)
    others = [row for row in evidence if row["dataset"] != COMPARED_WITHOUT]
    if len(others) < len(evidence):
        advised = work.advise(others, work.catalog)
        for table in _WITHOUT:
            _insert_advice(connection, f"{table}_without", advised.get(table, []))


def _insert_advice(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = sorted({name for row in rows for name in row})
    insert_rows(connection, f"advice.{table}", columns, [[row.get(name) for name in columns] for row in rows])


def _swap(building: Path, target: Path) -> None:
    """Put the finished file in its place so that a power cut leaves the old one or the new one, whole."""
    _sync(building)
    os.replace(building, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
