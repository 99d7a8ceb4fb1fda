"""What a report reads: every mart once, as plain rows, and any single cell of it by its reference."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import unquote

from barometer.errors import VerifyError
from reports.numbers import Kind, column_kind

Row = dict[str, Any]

# The keys of one row, in the order of each model's `-- grain:` line.
GRAINS: dict[str, tuple[str, ...]] = {
    "downloads_month": ("framework", "month"),
    "stars_week": ("framework", "week"),
    "search_interest_week": ("framework", "week", "geo"),
    "questions_month": ("population", "framework", "month"),
    "survey_year": ("survey", "population", "year", "audience", "framework"),
    "papers_year": ("population", "framework", "year"),
    "jobs_year": ("population", "framework", "year"),
    "activity_month": ("framework", "month"),
    "releases_year": ("framework", "year"),
    "companions": ("framework", "package"),
    "evidence": ("metric", "framework"),
    "comparisons": ("metric", "framework", "rival"),
    "factor_standings": ("factor", "framework"),
    "factor_verdicts": ("factor",),
    "recommendations": ("reader", "framework"),
    "picks": ("reader",),
    "claims": ("claim_id",),
    "source_health": ("source", "dataset"),
    "downloads_day": ("framework", "day"),
    "downloads_installer_month": ("framework", "month", "installer_class"),
    "star_gains_week": ("framework", "week"),
    "issues_month": ("framework", "kind", "month"),
    "hub_models_day": ("framework", "task", "day"),
    "page_views_week": ("framework", "week"),
    "job_postings_month": ("population", "framework", "month"),
    "regime_breaks": ("dataset", "source", "population", "since"),
    "dependents_day": ("framework", "day"),
    "search_interest_region": ("framework", "region"),
    "search_queries": ("framework", "ranking", "position"),
    "benchmark_runs": ("run",),
    "benchmark_cells": ("run", "setting", "stack", "phase"),
    "benchmark_contrasts": ("run", "setting", "phase", "measured", "against"),
    "benchmark_ladder": ("run", "setting", "rung", "phase"),
    "benchmark_scaling": ("run", "workload", "sweep", "knob", "value", "stack", "phase"),
    "benchmark_break_even": ("run", "setting", "phase", "compiled", "plain"),
    "benchmark_parity": ("run", "workload", "stack", "gate"),
    "benchmark_environments": ("run", "environment", "distribution"),
    "benchmark_flags": ("run", "setting", "stack", "division", "flag"),
    "probe_runs": ("run", "probe"),
    "ease": ("stack", "workload", "part"),
    "ease_changes": ("stack", "change"),
    "ease_sources": ("program", "workload", "change"),
    "debugging": ("fault", "stack", "style", "switch", "filtering"),
    "debugging_faults": ("fault", "framework", "style"),
    "debugging_aids": ("stack", "look"),
    "control_flow": ("form", "stack", "phase", "version"),
    "deployment": ("workload", "stack", "format"),
    "deployment_serving": ("workload", "stack", "format", "runtime"),
    "integration": ("stack", "input", "operation"),
    "integration_loaders": ("stack",),
    "footprint": ("stack",),
    "what_probes_changed": ("kind", "subject", "framework"),
}
# Rows of the catalogue that pages print constants from.
CATALOG_GRAINS: dict[str, tuple[str, ...]] = {"edition": (), "weights": ("reader", "factor")}


class Connection(Protocol):
    """The part of an open, read-only DuckDB connection that a report uses."""

    def execute(self, query: str, parameters: Any = None) -> Any:
        """Run a query; the result has `description` and `fetchall`."""
        ...


@dataclass(frozen=True)
class Reference:
    """A printed number's reference, taken apart."""

    table: str
    keys: tuple[str, ...]
    column: str


def parse_reference(ref: str) -> Reference:
    """Return the parts of `metric.framework[.low|.high]`, `metric.framework/rival[.low|.high]`, `table/key/cell`."""
    head, _, rest = ref.partition("/")
    if "." not in head:
        *keys, column = rest.split("/")
        return Reference(head, tuple(unquote(key) for key in keys), column)
    metric, _, framework = head.partition(".")
    if rest:
        rival, _, end = rest.partition(".")
        return Reference("comparisons", (metric, framework, rival), end or "ratio")
    framework, _, end = framework.partition(".")
    return Reference("evidence", (metric, framework), end or "value")


@dataclass(frozen=True)
class Marts:
    """Every mart's rows in the order of their keys, and the constants of the edition."""

    tables: dict[str, list[Row]]
    columns: dict[str, list[str]]
    comments: dict[str, str] = field(default_factory=dict)
    _index: dict[str, dict[tuple[str, ...], Row]] = field(default_factory=dict, repr=False)

    @property
    def edition(self) -> str:
        """The edition's name: the date its figures were known at, ISO."""
        return format_key(self.tables["edition"][0]["as_of"])

    @cached_property
    def evidence(self) -> dict[str, Row]:
        """Evidence rows by id."""
        return {row["evidence_id"]: row for row in self.tables["evidence"]}

    def row(self, table: str, *keys: str) -> Row | None:
        """Return one row by its keys, or None."""
        if table not in self._index:
            grain = {**GRAINS, **CATALOG_GRAINS}.get(table, ())
            self._index[table] = {tuple(format_key(row[k]) for k in grain): row for row in self.tables.get(table, [])}
        return self._index[table].get(tuple(keys))

    def health(self, dataset: str) -> list[Row]:
        """Return the sources of a data set, those that have figures first, the newest of them leading."""
        rows = [row for row in self.tables["source_health"] if row["dataset"] == dataset]
        return sorted(rows, key=lambda row: (not row["rows"], -_days(row.get("newest_period")), row["source"]))

    def value(self, ref: str) -> Any:
        """Return what a reference stands for. Raises VerifyError when nothing does."""
        part = parse_reference(ref)
        row = self.row(part.table, *part.keys)
        if row is None or part.column not in row:
            raise VerifyError(f"the page needs `{ref}`, and no such figure is in the marts", "run `barometer build`")
        return row[part.column]

    def kind(self, ref: str) -> Kind:
        """Return how the value of a reference reads."""
        part = parse_reference(ref)
        unit = None
        if part.table == "evidence":
            row = self.row("evidence", *part.keys)
            unit = row["unit"] if row else None
        return column_kind(part.table, part.column, unit)


def _days(value: dt.date | None) -> int:
    return value.toordinal() if value else 0


def format_key(value: object) -> str:
    """Return a key as references spell it: dates ISO, everything else as it is."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def reference(table: str, row: Row, column: str) -> str:
    """Return the reference of one cell of a row; a slash within a key is written %2F."""
    if table == "evidence" and column in ("value", "low", "high"):
        return row["evidence_id"] + ("" if column == "value" else f".{column}")
    if table == "comparisons" and column in ("ratio", "low", "high"):
        return row["evidence_id"] + ("" if column == "ratio" else f".{column}")
    keys = [format_key(row[key]).replace("%", "%25").replace("/", "%2F") for key in {**GRAINS, **CATALOG_GRAINS}[table]]
    return "/".join([table, *keys, column])


def load_marts(connection: Connection) -> Marts:
    """Read every mart once. Rows come back ordered by their keys."""
    listed = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    ).fetchall()
    tables: dict[str, list[Row]] = {}
    columns: dict[str, list[str]] = {}
    queries = {name: _select("marts", name, GRAINS.get(name, ())) for (name,) in listed}
    queries |= {name: _select("catalog", name, grain) for name, grain in CATALOG_GRAINS.items()}
    for name, query in queries.items():
        result = connection.execute(query)
        columns[name] = [column[0] for column in result.description]
        tables[name] = [dict(zip(columns[name], row, strict=True)) for row in result.fetchall()]
    told = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts' and comment is not null"
    ).fetchall()
    return Marts(tables=tables, columns=columns, comments=dict(told))


def _select(schema: str, name: str, grain: tuple[str, ...]) -> str:
    """A whole table in the order of its keys, or of all its columns where the keys are not known."""
    return f"select * from {schema}.{name} order by {', '.join(grain) or 'all'}"
