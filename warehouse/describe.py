"""What the warehouse holds, from the comments inside it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import duckdb

from barometer.errors import QueryError
from warehouse.connect import literal

_SCHEMAS = ("marts", "core", "staging", "catalog", "advice", "raw")


@dataclass(frozen=True)
class Table:
    """`name` is schema.table; `grain` the columns that one row stands for, empty where none is declared."""

    name: str
    comment: str
    grain: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Column:
    """A column, its DuckDB type and its comment."""

    name: str
    type: str
    comment: str


def list_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Return every table, marts first, then by name."""
    found = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() "
        "where database_name = current_database()"
    ).fetchall()
    order = {name: position for position, name in enumerate(_SCHEMAS)}
    found.sort(key=lambda row: (order.get(row[0], len(order)), row[1]))
    return [_table(connection, f"{schema}.{name}", comment) for schema, name, comment in found]


def describe_table(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[Table, list[Column]]:
    """Return one table and its columns; `evidence` is enough for `marts.evidence`.

    Raises QueryError naming the nearest tables when there is none of that name.
    """
    tables = {table.name: table for table in list_tables(connection)}
    full = next((known for known in tables if name in (known, known.partition(".")[2])), None)
    if full is None:
        short = {known.partition(".")[2]: known for known in reversed(tables)}
        near = difflib.get_close_matches(name, [*tables, *short], n=3)
        hint = (
            f"nearest: {', '.join(dict.fromkeys(short.get(known, known) for known in near))}"
            if near
            else "`barometer tables` lists all"
        )
        raise QueryError(f"no table is called `{name}`", hint)
    schema, _, table = full.partition(".")
    columns = connection.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where database_name = current_database() "
        f"and schema_name = {literal(schema)} and table_name = {literal(table)} order by column_index"
    ).fetchall()
    return tables[full], [Column(*column) for column in columns]


def _table(connection: duckdb.DuckDBPyConnection, name: str, comment: str) -> Table:
    rows = connection.execute(f"select count(*) from {name}").fetchall()[0][0]
    grain = re.search(r"One row per ([\w, ]+)\.$", comment)
    return Table(name, comment, tuple(grain[1].split(", ")) if grain else (), rows)
