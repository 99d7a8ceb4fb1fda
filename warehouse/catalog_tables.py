"""catalog.toml as tables, written anew by every build, so that SQL needs no names of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial

import duckdb

from barometer.catalog import Catalog
from sources.protocol import DatasetTerms
from warehouse.load import column_types, insert_rows


def write_catalog(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, terms: Iterable[DatasetTerms], as_of: dt.date
) -> None:
    """Fill every `catalog.*` table in the catalogue's order: `position` counts from 0. `edition` is one row."""
    # Asked once: DuckDB takes milliseconds to list its columns.
    write = partial(_write, connection, column_types(connection))
    method = catalog.method
    write("edition", [(as_of, method.seed, method.draws, method.interval, method.pick_threshold)])
    write("frameworks", [(f.key, f.label, f.colour, f.shape, i) for i, f in enumerate(catalog.frameworks)])
    write(
        "names",
        [(f.key, kind, name, i) for f in catalog.frameworks for i, (kind, name) in enumerate(f.names())],
    )
    write("pulls_in", [(edge.package, edge.installs, edge.since, edge.why) for edge in catalog.pulls_in])
    write("breaks", [(entry.dataset, entry.month, entry.why) for entry in catalog.breaks])
    write(
        "factors",
        [(f.key, f.label, f.question, f.article_winner, f.scored, i) for i, f in enumerate(catalog.factors)],
    )
    write(
        "datasets",
        [(d.key, d.label, d.way, list(d.sources), d.fresh_days, d.without, i) for i, d in enumerate(catalog.datasets)],
    )
    write(
        "terms",
        [(t.source, t.dataset, t.origin, t.licence, t.attribution, t.period, t.granularity, t.caveats) for t in terms],
    )
    write(
        "metrics",
        [
            (
                m.key,
                m.factor,
                m.label,
                m.unit,
                m.better,
                m.spread,
                m.dataset,
                m.standing,
                m.importance,
                m.max_age_days,
                m.rows,
                i,
            )
            for i, m in enumerate(catalog.metrics)
        ],
    )
    write("readers", [(r.key, r.label, r.wants, i) for i, r in enumerate(catalog.readers)])
    write(
        "weights",
        [(r.key, factor, weight) for r in catalog.readers for factor, weight in r.weights.items()],
    )
    write(
        "claims",
        [(c.id, c.factor, c.text, c.rule, c.kind, c.needs, c.why, i) for i, c in enumerate(catalog.claims)],
    )


def _write(
    connection: duckdb.DuckDBPyConnection, types: dict[str, dict[str, str]], table: str, rows: list[tuple]
) -> None:
    insert_rows(connection, f"catalog.{table}", None, rows, tables=types)
