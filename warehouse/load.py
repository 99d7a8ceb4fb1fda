"""Rows into raw tables: append-only, once a payload, all of it or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import msgspec

from barometer.errors import BuildError
from sources.protocol import Batch, Payload
from warehouse.connect import literal, quote, rows_file

_CHUNK = 20_000
_STAMP = ("fetched_at", "run_id", "source", "request", "payload_sha256")


@dataclass(frozen=True)
class Delivery:
    """One payload on its way in. `batches` is read only if the payload is new, so it may be a generator."""

    source_name: str
    run_id: str
    payload: Payload
    batches: Iterable[Batch] = field(repr=False)


def load(
    connection: duckdb.DuckDBPyConnection, source_name: str, run_id: str, payload: Payload, batches: Iterable[Batch]
) -> int:
    """Load one payload's rows and its line in `raw.pulls`; return how many rows are new.

    The same pull again changes nothing. A later pull with the same content adds its line in `raw.pulls` (the source
    was alive) and no rows. Raises BuildError when a batch does not fit its table; nothing of the payload is kept then.
    """
    if _is_loaded(connection, source_name, payload):
        return 0
    connection.execute("begin")
    try:
        stamp = (payload.fetched_at, run_id, source_name, payload.request, payload.sha256)
        rows = 0
        if not _is_unchanged(connection, source_name, payload):
            for batch in batches:
                rows += _insert_batch(connection, batch, stamp)
        pull = (*stamp, payload.dataset, payload.status, rows, payload.message)
        connection.execute(f"insert into raw.pulls values ({', '.join(map(literal, pull))})")
        connection.execute("commit")
    except BaseException:
        # A commit that failed, on a full disk say, has rolled back already.
        with suppress(duckdb.TransactionException):
            connection.execute("rollback")
        raise
    return rows


def _is_loaded(connection: duckdb.DuckDBPyConnection, source_name: str, payload: Payload) -> bool:
    """True when this very pull is there already."""
    query = f"""
        select 1 from raw.pulls
        where source = {literal(source_name)} and request = {literal(payload.request)}
            and payload_sha256 = {literal(payload.sha256)} and fetched_at = {literal(payload.fetched_at)}
        limit 1"""
    return bool(connection.execute(query).fetchall())


def _is_unchanged(connection: duckdb.DuckDBPyConnection, source_name: str, payload: Payload) -> bool:
    """True when the newest earlier reply to the same request had the same content."""
    query = f"""
        select payload_sha256 from raw.pulls
        where source = {literal(source_name)} and request = {literal(payload.request)}
            and payload_sha256 <> '' and fetched_at <= {literal(payload.fetched_at)}
        order by fetched_at desc, rows desc
        limit 1"""
    newest = connection.execute(query).fetchall()
    return bool(newest) and newest[0][0] == payload.sha256


def _insert_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, stamp: tuple) -> int:
    constants = dict(zip(_STAMP, stamp, strict=True))
    return insert_rows(connection, f"raw.{batch.table}", batch.columns, batch.rows, constants)


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str] | None,
    rows: Sequence[Sequence[Any]],
    constants: dict[str, Any] | None = None,
) -> int:
    """Append `rows` (values in the order of `columns`) to `table`, in their order; `constants` fill further columns.

    Without `columns`, values stand in the table's own order.

    Rows travel as lines of JSON: some 500,000 rows a second, and no library to import for it.
    Raises BuildError naming the table when a column is unknown or a value does not fit.
    """
    types = _column_types(connection, table)
    columns = list(types) if columns is None else columns
    for name in columns:
        if name not in types:
            raise BuildError(
                f"{table} has no column `{name}`{_near(name, types)}", "correct the parser that made the row"
            )
    if not rows:
        return 0
    constants = constants or {}
    path = rows_file(connection)
    try:
        _write_lines(rows, path.open("wb"))
        values = [literal(value) for value in constants.values()]
        values += [_cast(position, types[name]) for position, name in enumerate(columns)]
        names = ", ".join(f'"{name}"' for name in (*constants, *columns))
        connection.execute(
            f"insert into {table} ({names}) select {', '.join(values)} from read_json({quote(str(path))}, "
            "format = 'newline_delimited', records = false, columns = {'json': 'json'})"
        )
    except (duckdb.ConstraintException, duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise BuildError(
            f"a row does not fit {table}: {str(error).splitlines()[0]}", "correct the parser that made the row"
        ) from None
    finally:
        path.unlink(missing_ok=True)
    return len(rows)


def _write_lines(rows: Sequence[Sequence[Any]], file: Any) -> None:
    encoder: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=lambda value: value.item()).encode_lines
    with file:
        for start in range(0, len(rows), _CHUNK):
            file.write(encoder(rows[start : start + _CHUNK]))


def _cast(position: int, kind: str) -> str:
    """Read one place of a JSON line as `kind`; a list or a map keeps its JSON form, anything else passes as text."""
    arrow = "->" if kind.endswith("]") or kind.startswith(("MAP", "STRUCT")) else "->>"
    return f"cast(json{arrow}{position} as {kind})"


def _column_types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    # Asked of DuckDB's own list: a failed select would end the transaction that this is a part of.
    found = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() order by table_oid, column_index"
    ).fetchall()
    types = {column: kind for name, column, kind in found if name == table}
    if not types:
        known = sorted({name for name, _, _ in found})
        raise BuildError(f"there is no table {table}{_near(table, known)}", "add it to warehouse/schema.sql")
    return types


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
