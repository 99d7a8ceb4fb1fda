"""A user's own SQL against the published file: one statement, read-only, with no way to other files."""

from __future__ import annotations

import difflib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import duckdb

from barometer.errors import QueryError
from warehouse.connect import damaged, is_unreadable, quote, reader, storage_errors

Format = Literal["csv", "json", "parquet"]

_COPY_OPTIONS = {"csv": "format csv, header true", "json": "format json, array true", "parquet": "format parquet"}
_FILES_HINT = "a query sees the warehouse alone; `--allow-files` lets it reach files"
_EXPLAIN = re.compile(r"^explain\s+(analyze\s+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """Names, DuckDB types and rows. `is_cut` when there are more rows than were asked for."""

    columns: list[str]
    types: list[str]
    rows: list[tuple]
    is_cut: bool = False


def run_query(path: Path, sql: str, *, allow_files: bool = False, max_rows: int | None = None) -> Result:
    """Run one select against the warehouse in `path` and return its rows, at most `max_rows` of them.

    Raises QueryError when the SQL is wrong, is more than one statement, writes, or reaches for files without
    `allow_files`; WarehouseError when the file cannot be read.
    """
    with _session(path, allow_files=allow_files) as connection:
        files = (duckdb.StatementType.COPY,) if allow_files else ()
        statement = _one_statement(connection, sql, duckdb.StatementType.EXPLAIN, *files)
        cursor = connection.execute(statement)
        columns = [column[0] for column in cursor.description or []]
        types = [str(column[1]) for column in cursor.description or []]
        if max_rows is None:
            return Result(columns, types, cursor.fetchall())
        rows = cursor.fetchmany(max_rows + 1)
        return Result(columns, types, rows[:max_rows], len(rows) > max_rows)


def export(path: Path, sql: str, out: Path | BinaryIO, format: Format, *, allow_files: bool = False) -> int:
    """Write the result of one select to `out`, an open stream or a file, replaced whole or not at all; return its rows.

    The result may be larger than memory. Raises as `run_query` does, and StorageError when `out` cannot be written.
    """
    if not isinstance(out, Path):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "result"
            rows = export(path, sql, file, format, allow_files=allow_files)
            with file.open("rb") as result:
                shutil.copyfileobj(result, out)
        return rows
    out = out.absolute()
    if out.resolve() == path.resolve():
        raise QueryError(f"{out} is the warehouse itself", "name another file with --out")
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        with storage_errors(out.parent):
            # The draft is made here first, so that a folder that is missing or read-only is told as what it is.
            draft.touch()
            draft.unlink()
            with _session(path, allow_files=allow_files, writable=draft) as connection:
                statement = _one_statement(connection, sql)
                connection.sql(statement)  # a mistake is told in the user's own lines, not in those of the copy
                query = f"copy ({statement}\n) to {quote(str(draft))} ({_COPY_OPTIONS[format]}, use_tmp_file false)"
                rows = connection.execute(query).fetchall()[0][0]
            os.replace(draft, out)
    finally:
        draft.unlink(missing_ok=True)
    return rows


@contextmanager
def _session(path: Path, *, allow_files: bool, writable: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = reader(path, allow_files=allow_files, writable=writable)
    try:
        with storage_errors(Path(tempfile.gettempdir()) if writable is None else writable.parent):
            yield connection
    except duckdb.Error as error:
        raise _explained(connection, path, error, allow_files) from None
    finally:
        connection.close()


def _one_statement(connection: duckdb.DuckDBPyConnection, sql: str, *others: duckdb.StatementType) -> str:
    """Return the text of the one statement in `sql`, checked to be a select or one of the `others`."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        found = "no statement" if not statements else f"{len(statements)} statements"
        raise QueryError(f"the query holds {found}", "write one select")
    text, kind = statements[0].query.strip().removesuffix(";"), statements[0].type
    if kind != duckdb.StatementType.SELECT and kind not in others:
        name = kind.name.lower().replace("_", " ")
        raise QueryError(
            f"a query only reads, and this is `{name}`", "write one select; use --out to write its result to a file"
        )
    if kind == duckdb.StatementType.EXPLAIN:
        # `explain analyze` runs what it explains, so that has to be a select as well.
        _one_statement(connection, _EXPLAIN.sub("", text, count=1))
    return text


def _explained(connection: duckdb.DuckDBPyConnection, path: Path, error: duckdb.Error, allow_files: bool) -> Exception:
    text = str(error).strip()
    if isinstance(error, duckdb.PermissionException):
        return QueryError(f"the query reaches outside the warehouse: {text.splitlines()[0]}", _FILES_HINT)
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError(f"the query needs too much memory: {text.splitlines()[0]}", "select fewer rows, or use --out")
    if is_unreadable(error) and not allow_files:
        return damaged(path, error)
    missing = re.search(r"Table with name (.+) does not exist!", text)
    if not missing:
        return QueryError(text, "`barometer tables NAME` shows a table's columns")
    if re.search(r"[/\\]|\.(csv|json|parquet|txt|duckdb)$", missing[1]):
        return QueryError(f"the query reaches outside the warehouse: {missing[1]} is a file", _FILES_HINT)
    near = _nearest(connection, missing[1])
    text = re.sub(r"\nDid you mean .*", "", text)
    return QueryError(text, f"nearest: {', '.join(near)}" if near else "`barometer tables` lists what exists")


def _nearest(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """The tables whose names come closest. DuckDB's own suggestion may be one of its inner tables."""
    query = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'warehouse' order by 1"
    full = [row[0] for row in connection.execute(query).fetchall()]
    short: dict[str, str] = {}
    for table in sorted(full, key=lambda table: not table.startswith("marts.")):
        short.setdefault(table.partition(".")[2], table)
    return list(dict.fromkeys(short[near] for near in difflib.get_close_matches(name, list(short), n=3, cutoff=0.5)))
