"""Audits: queries for rows that must not exist. One row found is enough to keep the published warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from barometer.errors import AuditError, BuildError
from warehouse.models import Model

_SHOWN_ROWS = 3
_SHOWN_AUDITS = 5
PERIODS = ("month", "week", "year")


@dataclass(frozen=True)
class Audit:
    """A name to call it by, a query for failing rows, and what to do about them.

    `table` and `fails` say the same for an audit of single rows, so that all those of a table take one reading.
    """

    name: str
    failing: str
    hint: str
    table: str = ""
    fails: str = ""


@dataclass(frozen=True)
class _Failure:
    audit: Audit
    rows: int
    sample: list[dict]

    def __str__(self) -> str:
        shown = "; ".join(", ".join(f"{key}={value}" for key, value in row.items()) for row in self.sample)
        more = " …" if self.rows > len(self.sample) else ""
        return f"{self.audit.name}: {self.rows} row{'s' if self.rows > 1 else ''}: {shown}{more}"


def run_audits(connection: duckdb.DuckDBPyConnection, audits: Iterable[Audit]) -> int:
    """Run every audit and return how many there were.

    Raises AuditError naming the audits that failed, their number of rows and the first of these.
    """
    audits = list(audits)
    failures = [failure for audit in _suspects(connection, audits) if (failure := _run(connection, audit))]
    if failures:
        shown = "\n  ".join(str(failure) for failure in failures[:_SHOWN_AUDITS])
        more = f"\n  and {len(failures) - _SHOWN_AUDITS} audits more" if len(failures) > _SHOWN_AUDITS else ""
        raise AuditError(
            f"{len(failures)} of {len(audits)} audits failed; the published warehouse is as it was\n  {shown}{more}",
            failures[0].audit.hint,
        )
    return len(audits)


def _suspects(connection: duckdb.DuckDBPyConnection, audits: list[Audit]) -> list[Audit]:
    """Return the audits to be run one by one, in their order: all but those of single rows that every row meets."""
    by_table: dict[str, list[Audit]] = {}
    for audit in audits:
        if audit.table:
            by_table.setdefault(audit.table, []).append(audit)
    met = set()
    for table, together in by_table.items():
        counts = ", ".join(f"count(*) filter (where {audit.fails})" for audit in together)
        # One that cannot be run is among them: by itself it says which.
        with suppress(duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError):
            found = connection.execute(f"select {counts} from {table}").fetchall()[0]
            met |= {audit.name for audit, rows in zip(together, found, strict=True) if not rows}
    return [audit for audit in audits if not audit.table or audit.name not in met]


def _run(connection: duckdb.DuckDBPyConnection, audit: Audit) -> _Failure | None:
    try:
        rows = connection.execute(f"select count(*) from ({audit.failing}\n)").fetchall()[0][0]
        if not rows:
            return None
        cursor = connection.execute(f"select * from ({audit.failing}\n) limit {_SHOWN_ROWS}")
        names = [column[0] for column in cursor.description]
        return _Failure(audit, rows, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        raise BuildError(f"audit {audit.name} cannot run: {str(error).splitlines()[0]}", "correct the audit") from None


def model_audits(models: Iterable[Model]) -> Iterator[Audit]:
    """Yield what the headers promise: the grain is unique and never null, and each `-- audit:` condition holds."""
    for model in models:
        grain = ", ".join(f'"{name}"' for name in model.grain)
        hint = f"look at {model.file} and at what it reads"
        yield Audit(
            f"{model.table}, unique {', '.join(model.grain)}",
            f"select {grain}, count(*) as times from {model.table} "
            f"group by {grain} having count(*) > 1 order by {grain}",
            hint,
        )
        for condition in (f"not_null({grain})", *model.audits):
            name, fails = f"{model.table}, {condition.replace(chr(34), '')}", _breaks(condition)
            yield Audit(name, f"select * from {model.table} where {fails}", hint, model.table, fails)


def _breaks(condition: str) -> str:
    """The condition's opposite. A comparison with null is not broken: `not_null` is there to say otherwise."""
    if condition.lower().startswith("not_null("):
        columns = condition[len("not_null(") : -1].split(",")
        return " or ".join(f"{column.strip()} is null" for column in columns)
    return f"not coalesce(({condition}), true)"


def file_audits(files: Iterable[Model]) -> Iterator[Audit]:
    """Yield the audits of sql/audits: each file selects the rows that must not exist."""
    return (Audit(f"{file.file} ({file.description})", file.sql, f"look at {file.file}") for file in files)


def coverage_audits(connection: duckdb.DuckDBPyConnection, models: Iterable[Model], as_of: dt.date) -> Iterator[Audit]:
    """Yield audits against the attached `published` warehouse: nothing known before may be gone.

    No raw table has fewer rows. In an edition that is not older than the published one, no framework still in the
    catalogue has fewer rows, or an older newest period, in a mart with a month, week or year.
    """
    before, now = _columns(connection, "published"), _columns(connection, "warehouse")
    hint = "something collected before is missing; if that is meant, build again with --accept-less"
    for table in sorted(name for name in before if name.startswith("raw.") and name != "raw.format"):
        counts = f"(select count(*) from published.{table}) as rows_before, (select count(*) from {table}) as rows_now"
        yield Audit(f"{table} did not shrink", f"select * from (select {counts}) where rows_now < rows_before", hint)
    if _is_older(connection, before, as_of):
        return
    for table in (model.table for model in models if model.schema == "marts"):
        shared = before.get(table, set()) & now.get(table, set())
        period = next((name for name in PERIODS if name in shared), None)
        if period:
            yield Audit(f"{table} did not shrink", _shrunk(table, period, "framework" in shared), hint)


def _shrunk(table: str, period: str, by_framework: bool) -> str:
    group = "framework" if by_framework else "'all' as framework"
    kept = "where before.framework in (select framework from catalog.frameworks) and" if by_framework else "where"
    figures = f"select {group}, count(*) as rows, max({period}) as newest from"
    return f"""
        with before as ({figures} published.{table} group by 1), now as ({figures} {table} group by 1)
        select before.framework, before.rows as rows_before, coalesce(now.rows, 0) as rows_now,
            before.newest as newest_before, now.newest as newest_now
        from before left join now using (framework)
        {kept} (coalesce(now.rows, 0) < before.rows or now.newest < before.newest)
        order by before.framework"""


def _is_older(connection: duckdb.DuckDBPyConnection, columns: dict[str, set[str]], as_of: dt.date) -> bool:
    if "catalog.edition" not in columns:
        return False
    published = connection.execute("select max(as_of) from published.catalog.edition").fetchall()[0][0]
    return published is not None and as_of < published


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        f"where database_name = '{database}' and not internal"
    ).fetchall()
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found
