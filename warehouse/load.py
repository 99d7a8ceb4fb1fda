"""Rows into raw tables: append-only, once a payload, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import msgspec

from barometer.errors import BuildError, SourceError
from sources.protocol import Batch, Pulled
from warehouse.connect import literal, quote, rows_file

_CHUNK = 20_000
# Most replies have few rows; making and reading a file for them costs more than the rows.
_FEW = 60
_STAMP = ("fetched_at", "run_id", "source", "request", "payload_sha256")


@dataclass(frozen=True)
class Delivery:
    """One reply on its way in. `batches` is read only if the reply is new, so it may be a generator.

    `is_observation` says that rows bear the day of the fetch: the same content on another day is another figure.
    `may_fail` says that a reply which cannot be parsed is recorded as an error and stops nothing; `again` that the rows
    it gave before are replaced by those it gives now.
    """

    source_name: str
    run_id: str
    payload: Pulled
    batches: Iterable[Batch] = field(repr=False)
    is_observation: bool = False
    may_fail: bool = False
    again: bool = False


class Loader:
    """Loads replies one by one; what was loaded before is read once, when it is made."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        # Asked once: a bundle has a hundred batches, and DuckDB takes milliseconds to say what its columns are.
        self.types = column_types(connection)
        self.raw = [name for name in self.types if name.startswith("raw.")]
        self.loaded: set[tuple[str, str, dt.datetime, str]] = set()
        self.read: dict[tuple[str, str], list[tuple[dt.datetime, str]]] = {}
        pulls = "select source, request, fetched_at, payload_sha256, status from raw.pulls order by fetched_at, rows"
        for source, request, fetched_at, sha256, status in connection.execute(pulls).fetchall():
            self._remember(source, request, fetched_at, sha256, status)

    def load(self, delivery: Delivery) -> int:
        """Load one reply's rows and its line in `raw.pulls`; return how many rows are new.

        The same pull again changes nothing. A later pull with the same content adds its line in `raw.pulls` (the
        source was alive) and no rows, unless it is an observation. A reply that cannot be parsed adds its line with
        status `error` and no rows where it may. Raises SourceError where it may not, and BuildError when a batch does
        not fit its table; nothing of the reply is kept then.
        """
        if self._key(delivery) in self.loaded:
            return 0
        with self._all_or_nothing():
            return self._insert(delivery, () if self._is_unchanged(delivery) else delivery.batches)

    def load_again(self, delivery: Delivery) -> tuple[int, int]:
        """Put the rows of one reply, parsed again, in the place of those it gave before; return both numbers of rows.

        What was sent is in the landing and stays as it is; rows are only its reading (decision 0009). A reply that was
        never loaded is loaded. A reply that cannot be parsed keeps the rows it gave.
        """
        reply = delivery.payload
        if self._key(delivery) not in self.loaded:
            return 0, self.load(delivery)
        try:
            batches = list(delivery.batches)
        except SourceError:
            return 0, 0
        same = (
            f"source = {literal(delivery.source_name)} and request = {literal(reply.request)} "
            f"and payload_sha256 = {literal(reply.sha256)} and fetched_at = {literal(reply.fetched_at)}"
        )
        with self._all_or_nothing():
            gone = 0
            for table in self.raw:
                if table not in ("raw.format", "raw.pulls"):
                    gone += self.connection.execute(f"delete from {table} where {same}").fetchall()[0][0]
            self.connection.execute(f"delete from raw.pulls where {same}")
            return gone, self._insert(delivery, batches)

    def _insert(self, delivery: Delivery, batches: Iterable[Batch]) -> int:
        reply = delivery.payload
        stamp = (reply.fetched_at, delivery.run_id, delivery.source_name, reply.request, reply.sha256)
        status, message, read = reply.status, reply.message, []
        try:
            # All of it is parsed before any is kept: a reply whose end is broken gives no rows.
            read = list(batches) if reply.sha256 else []
        except SourceError as error:
            if not delivery.may_fail:
                raise
            status, message = "error", error.message
        constants = dict(zip(_STAMP, stamp, strict=True))
        rows = sum(
            insert_rows(self.connection, f"raw.{batch.table}", batch.columns, batch.rows, constants, self.types)
            for batch in read
        )
        pull = (*stamp, reply.dataset, status, rows, message)
        self.connection.execute(f"insert into raw.pulls values ({', '.join(map(literal, pull))})")
        self._remember(delivery.source_name, reply.request, reply.fetched_at, reply.sha256, status)
        return rows

    def _is_unchanged(self, delivery: Delivery) -> bool:
        """True when the newest earlier reply to the same request that could be read had the same content."""
        reply = delivery.payload
        read = self.read.get((delivery.source_name, reply.request), [])
        earlier = [pull for pull in read if pull[0] <= reply.fetched_at]
        if delivery.is_observation or not earlier:
            return False
        return max(earlier, key=lambda pull: pull[0])[1] == reply.sha256

    def _key(self, delivery: Delivery) -> tuple[str, str, dt.datetime, str]:
        reply = delivery.payload
        return delivery.source_name, reply.request, reply.fetched_at, reply.sha256

    def _remember(self, source: str, request: str, fetched_at: dt.datetime, sha256: str, status: str) -> None:
        self.loaded.add((source, request, fetched_at, sha256))
        if sha256 and status != "error":
            self.read.setdefault((source, request), []).append((fetched_at, sha256))

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self.connection.execute("begin")
        try:
            yield
            self.connection.execute("commit")
        except BaseException:
            # A commit that failed, on a full disk say, has rolled back already.
            with suppress(duckdb.TransactionException):
                self.connection.execute("rollback")
            raise


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str] | None,
    rows: Sequence[Sequence[Any]],
    constants: dict[str, Any] | None = None,
    tables: Mapping[str, dict[str, str]] | None = None,
) -> int:
    """Append `rows` (values in the order of `columns`) to `table`, in their order; `constants` fill further columns.

    Without `columns`, values stand in the table's own order. `tables` is what `column_types` gave before, if it did.

    Rows travel as lines of JSON: some 500,000 rows a second, and no library to import for it.
    Raises BuildError naming the table when a column is unknown or a value does not fit.
    """
    types = (tables or {}).get(table) or _column_types(connection, table)
    columns = list(types) if columns is None else columns
    for name in columns:
        if name not in types:
            raise BuildError(
                f"{table} has no column `{name}`{_near(name, types)}", "correct the parser that made the row"
            )
    if not rows:
        return 0
    constants = constants or {}
    values = [literal(value) for value in constants.values()]
    values += [_cast(position, types[name]) for position, name in enumerate(columns)]
    names = ", ".join(f'"{name}"' for name in (*constants, *columns))
    try:
        with _lines(connection, rows) as lines:
            connection.execute(f"insert into {table} ({names}) select {', '.join(values)} from {lines}")
    except (duckdb.ConstraintException, duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise BuildError(
            f"a row does not fit {table}: {str(error).splitlines()[0]}", "correct the parser that made the row"
        ) from None
    return len(rows)


@contextmanager
def _lines(connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield what to select a column `json` from, a line a row: few lines stand in the statement, many in a file."""
    encoder = msgspec.json.Encoder(enc_hook=lambda value: value.item())
    if len(rows) <= _FEW:
        lines = ", ".join(f"({quote(encoder.encode(row).decode())}::json)" for row in rows)
        yield f"(values {lines}) as lines(json)"
        return
    path = rows_file(connection)
    try:
        with path.open("wb") as file:
            for start in range(0, len(rows), _CHUNK):
                file.write(encoder.encode_lines(rows[start : start + _CHUNK]))
        yield (
            f"read_json({quote(str(path))}, "
            "format = 'newline_delimited', records = false, columns = {'json': 'json'})"
        )
    finally:
        path.unlink(missing_ok=True)


def _cast(position: int, kind: str) -> str:
    """Read one place of a JSON line as `kind`; a list or a map keeps its JSON form, anything else passes as text."""
    arrow = "->" if kind.endswith("]") or kind.startswith(("MAP", "STRUCT")) else "->>"
    return f"cast(json{arrow}{position} as {kind})"


def _column_types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = column_types(connection, table).get(table)
    if found is None:
        near = _near(table, sorted(column_types(connection)))
        raise BuildError(f"there is no table {table}{near}", "add it to warehouse/schema.sql")
    return found


def column_types(connection: duckdb.DuckDBPyConnection, table: str = "") -> dict[str, dict[str, str]]:
    """Return the columns and their types of every table, or of one, by `schema.name`; {} for one that is not there."""
    # Asked of DuckDB's own list: a failed select would end the transaction that this is a part of.
    schema, _, name = table.partition(".")
    one = f"and schema_name = {literal(schema)} and table_name = {literal(name)} " if table else ""
    found = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        f"where database_name = current_database() and not internal {one}order by table_oid, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for name, column, kind in found:
        tables.setdefault(name, {})[column] = kind
    return tables


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
