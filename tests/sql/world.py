"""A warehouse in memory for tests of sql/: given raw rows, the real models, whole results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from barometer.catalog import Catalog
from sources.protocol import DatasetTerms
from tests.support import shipped_catalog
from warehouse.catalog_tables import write_catalog
from warehouse.connect import SCHEMA
from warehouse.load import insert_rows
from warehouse.models import Model, load_models, upstream

ROOT = Path(__file__).resolve().parent.parent.parent
SQL = ROOT / "sql"
AS_OF = dt.date(2026, 11, 23)
READ = dt.datetime(2026, 11, 23)

KINDS = (
    "package",
    "companion",
    "repository",
    "question_tag",
    "survey_option",
    "paper_label",
    "job_term",
    "search_term",
)
ADDED_FRAMEWORKS = """
[[frameworks]]
key = "mxnet"
label = "MXNet"
colour = "#56B4E9"
shape = "cross"
packages = ["mxnet"]
repositories = ["apache/mxnet", "apache/incubator-mxnet"]
paper_labels = ["mxnet"]

[[frameworks]]
key = "paddle"
label = "PaddlePaddle"
colour = "#E69F00"
shape = "triangle-down"
packages = ["paddlepaddle"]
repositories = ["PaddlePaddle/Paddle"]
paper_labels = ["paddle"]
"""


@cache
def models() -> tuple[Model, ...]:
    """All models of sql/ in build order."""
    return tuple(load_models(SQL))


@cache
def real_catalog() -> Catalog:
    """The project's own catalogue."""
    return shipped_catalog()


class World:
    """Raw rows, a catalogue, and the models built from them."""

    def __init__(
        self, as_of: dt.date = AS_OF, catalog: Catalog | None = None, terms: Iterable[DatasetTerms] = ()
    ) -> None:
        # one thread, as in a real build: sums of floats come out the same every time
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute(SCHEMA.read_text(encoding="utf-8"))
        write_catalog(self.connection, catalog or real_catalog(), list(terms), as_of)
        for schema in ("staging", "core", "marts"):
            self.connection.execute(f"create schema {schema}")

    def compare(self, frameworks: Mapping[str, Mapping[str, list[str]]]) -> World:
        """Put other frameworks in place of the catalogue's: key → kind of name → names."""
        self.connection.execute(
            "delete from catalog.frameworks; delete from catalog.names; delete from catalog.pulls_in;"
            "delete from catalog.breaks"
        )
        insert_rows(
            self.connection,
            "catalog.frameworks",
            None,
            [(key, key, "#000000", "circle", i) for i, key in enumerate(frameworks)],
        )
        names = [
            (key, kind, name, i)
            for key, kinds in frameworks.items()
            for kind, all_ in kinds.items()
            for i, name in enumerate(all_)
        ]
        insert_rows(self.connection, "catalog.names", None, names)
        return self

    def pulls_in(self, package: str, installs: str, since: dt.date) -> World:
        """Say that `package` installs `installs`."""
        insert_rows(self.connection, "catalog.pulls_in", None, [(package, installs, since, "declared")])
        return self

    def breaks(self, dataset: str, month: dt.date) -> World:
        """Say that `dataset` counts differently from `month` on."""
        insert_rows(self.connection, "catalog.breaks", None, [(dataset, month, "counted anew")])
        return self

    def give(
        self,
        table: str,
        columns: str,
        rows: Iterable[tuple[Any, ...]],
        source: str = "snapshot",
        fetched_at: dt.datetime = READ,
    ) -> World:
        """Append raw rows; `columns` are names with spaces between."""
        stamp = {"fetched_at": fetched_at, "run_id": "test", "source": source, "request": "test", "payload_sha256": "0"}
        insert_rows(self.connection, f"raw.{table}", columns.split(), list(rows), stamp)
        return self

    def build(self, *tables: str) -> World:
        """Build `tables` and what they are made from; without names, everything."""
        wanted = {name for table in tables for name, _ in upstream(models(), table)} | set(tables)
        for model in models():
            if not tables or model.table in wanted:
                grain = ", ".join(model.grain)
                self.connection.execute(f"create table {model.table} as select * from ({model.sql}\n) order by {grain}")
        return self

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query).fetchall()

    def downloads(self, rows: Iterable[tuple[Any, ...]], backend: str = "ClickHouse", **stamp: Any) -> World:
        """Give lists of downloads: (as_of, package, downloads) rows of one backend."""
        full = [(as_of, package, count, 1, 15000, backend) for as_of, package, count in rows]
        return self.give("package_downloads_30d", "as_of project downloads_30d rank list_size backend", full, **stamp)

    def stars(self, rows: Iterable[tuple[Any, ...]], **stamp: Any) -> World:
        """Give counters: (observed_on, repository, stars)."""
        return self.give("repository_counters", "observed_on repository stars", rows, **stamp)

    def jobs(self, rows: Iterable[tuple[Any, ...]], **stamp: Any) -> World:
        """Give postings: (population, month, term, postings, postings_total)."""
        return self.give("job_mentions", "population month term postings postings_total", rows, **stamp)

    def papers(self, rows: Iterable[tuple[Any, ...]], **stamp: Any) -> World:
        """Give papers: (population, period, granularity, venue, label, papers, total_papers, note)."""
        return self.give("papers", "population period granularity venue label papers total_papers note", rows, **stamp)


def months_from(first: dt.date, count: int) -> list[dt.date]:
    """Return the first days of `count` months, beginning with that of `first`."""
    start = first.year * 12 + first.month - 1
    return [dt.date(i // 12, i % 12 + 1, 1) for i in range(start, start + count)]


def month_days(month: dt.date) -> int:
    """Return how many days a month has."""
    return (dt.date(month.year + month.month // 12, month.month % 12 + 1, 1) - month).days


def next_month(month: dt.date) -> dt.date:
    """Return the first day of the month after."""
    return month + dt.timedelta(days=month_days(month))
