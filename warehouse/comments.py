"""What models say of themselves, written into the warehouse where any DuckDB prompt shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from warehouse.connect import quote
from warehouse.load import column_types
from warehouse.models import Model


def write_comments(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Write headers and select lists' comments where any DuckDB prompt shows them."""
    columns = column_types(connection)
    statements = [statement for model in models for statement in _comments(model, columns[model.table])]
    connection.execute("; ".join(["begin", *statements, "commit"]))


def _comments(model: Model, columns: Iterable[str]) -> Iterator[str]:
    lines = [
        model.description,
        *(f"Warning: {warning}" for warning in model.warnings),
        f"One row per {', '.join(model.grain)}",
    ]
    text = " ".join(f"{line.removesuffix('.')}." for line in lines)
    yield f"comment on table {model.table} is {quote(text)}"
    for column in columns:
        if column in model.column_comments:
            yield f'comment on column {model.table}."{column}" is {quote(model.column_comments[column])}'
