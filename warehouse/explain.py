"""From a printed number back to its SQL, its rows and its sources.

A reference is one of: `metric.framework`, `metric.framework/rival`, each with `.low` or `.high` behind it or nothing;
or a cell, `mart/key/…/column`, its keys in the order of the mart's grain (a slash within a key is written %2F).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from barometer.errors import QueryError
from warehouse.connect import literal
from warehouse.models import Model, upstream

_FIGURES = {"marts.evidence": "value", "marts.comparisons": "ratio"}
# Constants of the method and weights of readers are printed too; their tables have no file in sql/.
_CONSTANTS = {"edition": (), "weights": ("reader", "factor")}


@dataclass(frozen=True)
class Step:
    """A table on the way from the sources to a number, `steps` models away from it."""

    table: str
    steps: int
    file: str
    description: str


@dataclass(frozen=True)
class Origin:
    """One data set behind a number: its terms, and the replies it was read from."""

    dataset: str
    origin: str
    licence: str
    attribution: str
    caveats: list[str]
    payloads: list[tuple] = field(repr=False)  # source, request, fetched_at, payload_sha256, rows


@dataclass(frozen=True)
class Explanation:
    """One number: its value, the model it stands in, what that is made from, the rows behind it, its sources."""

    ref: str
    title: str
    value: Any
    table: str
    file: str
    sql: str = field(repr=False)
    lineage: list[Step] = field(repr=False)
    rows_sql: str
    columns: list[str]
    rows: list[tuple] = field(repr=False)
    sources: list[Origin] = field(repr=False)


@dataclass(frozen=True)
class _Place:
    """Where a reference points: one row of a mart, and a column of it."""

    model: Model
    keys: tuple[str, ...]
    column: str


def resolve(connection: duckdb.DuckDBPyConnection, models: Iterable[Model], ref: str) -> Any:
    """Return the value that a reference stands for. Raises QueryError naming the nearest ones if there is none."""
    return resolver(connection, models)(ref)


def resolver(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> Callable[[str], Any]:
    """Return `resolve` for many references: every mart is read once."""
    marts = _printed(models)
    read: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}

    def value(ref: str) -> Any:
        place = _place(connection, marts, ref)
        if place.model.name not in read:
            read[place.model.name] = _rows_by_key(connection, place)
        rows = read[place.model.name]
        if place.keys not in rows:
            raise _unknown_row(ref, place, rows)
        if place.column not in rows[place.keys]:
            raise _unknown(f"{place.model.table} has no column `{place.column}`", place.column, rows[place.keys])
        return rows[place.keys][place.column]

    return value


def explain(connection: duckdb.DuckDBPyConnection, models: Iterable[Model], ref: str) -> Explanation:
    """Return everything behind one reference. Raises QueryError as `resolve` does."""
    models = list(models)
    value = resolve(connection, models, ref)
    place = _place(connection, _printed(models), ref)
    below = upstream(models, place.model.table)
    datasets = _datasets(connection, place, below)
    rows_sql = _rows_sql(connection, place)
    try:
        columns, rows = _select(connection, rows_sql)
    except (duckdb.ProgrammingError, duckdb.DataError) as error:
        raise QueryError(
            f"the rows behind `{ref}` cannot be read: {error}", "correct `rows` of its metric in the catalogue"
        ) from None
    maker = _maker(connection, models, place)
    path = below if maker is place.model else [(maker.table, 1), *_further(upstream(models, maker.table))]
    return Explanation(
        ref=ref,
        title=_title(connection, place),
        value=value,
        table=place.model.table,
        file=maker.path.name if maker.schema == "catalog" else maker.file,
        sql=maker.sql,
        lineage=_lineage(models, path),
        rows_sql=rows_sql,
        columns=columns,
        rows=rows,
        sources=_sources(connection, datasets),
    )


def _printed(models: Iterable[Model]) -> dict[str, Model]:
    """Every table that a page prints cells of, by name: the marts, and the catalogue's constants."""
    constants = {
        name: Model(
            schema="catalog",
            name=name,
            path=Path("catalog.toml"),
            sql=f"select * from catalog.{name}",
            description="From catalog.toml",
            grain=grain,
            audits=(),
            warnings=(),
            column_comments={},
            reads=(),
        )
        for name, grain in _CONSTANTS.items()
    }
    return constants | {model.name: model for model in models if model.schema == "marts"}


def _select(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple]]:
    cursor = connection.execute(sql)
    return [column[0] for column in cursor.description], cursor.fetchall()


def _place(connection: duckdb.DuckDBPyConnection, marts: dict[str, Model], ref: str) -> _Place:
    first, *rest = ref.strip().split("/")
    if "." in first:
        return _figure_place(marts, ref.strip())
    if first not in marts:
        raise _unknown(f"`{ref}` names no figure and no mart", first, [*marts, *_figure_ids(connection, marts)])
    model = marts[first]
    if len(rest) != len(model.grain) + 1:
        form = "/".join([first, *(f"<{name}>" for name in model.grain), "<column>"])
        raise QueryError(f"`{ref}` does not point at one cell of {model.table}", f"write {form}")
    return _Place(model, tuple(unquote(key) for key in rest[:-1]), rest[-1])


def _figure_place(marts: dict[str, Model], ref: str) -> _Place:
    base, _, bound = ref.rpartition(".")
    name, bound = (base, bound) if bound in ("low", "high") and "." in base else (ref, "")
    first, _, rival = name.partition("/")
    metric, _, framework = first.partition(".")
    mart = "comparisons" if rival else "evidence"
    if mart not in marts:
        raise QueryError(f"`{ref}` needs marts.{mart}, which no model provides", f"add sql/marts/{mart}.sql")
    keys = (metric, framework, rival) if rival else (metric, framework)
    return _Place(marts[mart], keys, bound or _FIGURES[f"marts.{mart}"])


def _rows_by_key(connection: duckdb.DuckDBPyConnection, place: _Place) -> dict[tuple[str, ...], dict[str, Any]]:
    keys = "".join(f'cast("{name}" as varchar), ' for name in place.model.grain)
    names, rows = _select(connection, f"select {keys}* from {place.model.table}")
    width = len(place.model.grain)
    return {row[:width]: dict(zip(names[width:], row[width:], strict=True)) for row in rows}


def _figure_ids(connection: duckdb.DuckDBPyConnection, marts: dict[str, Model]) -> list[str]:
    ids: list[str] = []
    for table in _FIGURES:
        if table.partition(".")[2] in marts:
            ids += [row[0] for row in connection.execute(f"select evidence_id from {table} order by 1").fetchall()]
    return ids


def _unknown_row(ref: str, place: _Place, rows: Iterable[tuple[str, ...]]) -> QueryError:
    if place.model.table in _FIGURES:
        known = [".".join(keys[:2]) + "".join(f"/{rival}" for rival in keys[2:]) for keys in rows]
        return _unknown(f"there is no figure `{ref}`", ref, known)
    known = ["/".join(key.replace("/", "%2F") for key in keys) for keys in rows]
    wanted = "/".join(place.keys)
    return _unknown(f"{place.model.table} has no row {', '.join(place.model.grain)} = {wanted}", wanted, known)


def _unknown(message: str, name: str, known: Iterable[str]) -> QueryError:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    return QueryError(message, f"nearest: {', '.join(near)}" if near else "`barometer tables` shows what exists")


def _row_filter(place: _Place) -> str:
    return " and ".join(
        f"cast({name} as varchar) = {literal(key)}" for name, key in zip(place.model.grain, place.keys, strict=True)
    )


def _rows_sql(connection: duckdb.DuckDBPyConnection, place: _Place) -> str:
    """The query for the rows behind a figure: the metric's own, the two figures compared, or the mart's row."""
    if place.model.table == "marts.evidence":
        metric, framework = place.keys
        found = connection.execute(f"select rows_sql from catalog.metrics where metric = {literal(metric)}").fetchall()
        if found and found[0][0]:
            return found[0][0].replace("$framework", literal(framework))
    if place.model.table == "marts.comparisons":
        metric, *pair = place.keys
        both = ", ".join(map(literal, pair))
        pairs = f"metric = {literal(metric)} and framework in ({both})"
        return f"select * from marts.evidence where {pairs} order by framework"
    where = f" where {_row_filter(place)}" if place.keys else ""
    return f"select * from {place.model.table}{where}"


def _title(connection: duckdb.DuckDBPyConnection, place: _Place) -> str:
    if place.model.table not in _FIGURES:
        keys = ", ".join(f"{name} {key}" for name, key in zip(place.model.grain, place.keys, strict=True))
        return f"{place.column} of {place.model.table}" + (f": {keys}" if keys else "")
    metric, *frameworks = place.keys
    labels = dict(connection.execute("select framework, label from catalog.frameworks").fetchall())
    found = connection.execute(f"select label, unit from catalog.metrics where metric = {literal(metric)}").fetchall()
    label, unit = found[0] if found else (metric, "")
    who = " against ".join(labels.get(framework, framework) for framework in frameworks)
    bound = {"low": ", lower bound", "high": ", upper bound"}.get(place.column, "")
    return f"{who}: {label}{bound} ({'ratio' if len(frameworks) > 1 else unit})"


def _further(below: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(table, steps + 1) for table, steps in below]


def _maker(connection: duckdb.DuckDBPyConnection, models: list[Model], place: _Place) -> Model:
    """The model that works a number out: marts.evidence only stacks what the core's models of evidence say."""
    if place.model.table in _FIGURES:
        this = f"metric = {literal(place.keys[0])} and framework = {literal(place.keys[1])}"
        for model in models:
            is_asked = model.schema == "core" and model.name.startswith("evidence_")
            if is_asked and connection.execute(f"select 1 from {model.table} where {this}").fetchall():
                return model
    return place.model


def _lineage(models: list[Model], below: list[tuple[str, int]]) -> list[Step]:
    by_table = {model.table: model for model in models}
    given = {"raw": "as collected", "catalog": "from catalog.toml", "advice": "from sampling marts.evidence"}
    steps = []
    for table, distance in below:
        model = by_table.get(table)
        description = model.description if model else given.get(table.partition(".")[0], "")
        steps.append(Step(table, distance, model.file if model else "warehouse/schema.sql", description))
    return steps


def _datasets(connection: duckdb.DuckDBPyConnection, place: _Place, below: list[tuple[str, int]]) -> list[str]:
    """The data sets a number rests on: those its evidence names, otherwise every raw table its mart reads."""
    if place.model.table in _FIGURES:
        found = connection.execute(
            "select distinct dataset from marts.evidence "
            f"where metric = {literal(place.keys[0])} and framework in ({', '.join(map(literal, place.keys[1:]))})"
        ).fetchall()
        return sorted(row[0] for row in found)
    raw = {table.removeprefix("raw.") for table, _ in below if table.startswith("raw.")}
    found = connection.execute("select dataset from catalog.datasets order by position").fetchall()
    return [row[0] for row in found if row[0] in raw]


def _sources(connection: duckdb.DuckDBPyConnection, datasets: list[str]) -> list[Origin]:
    origins = []
    for dataset in datasets:
        known = f"where dataset = {literal(dataset)}"
        terms = connection.execute(
            f"select source, origin, licence, attribution, caveats from catalog.terms {known} order by source"
        ).fetchall()
        pulls = connection.execute(
            f"select source, request, fetched_at, payload_sha256, rows from raw.pulls {known} and rows > 0 "
            "order by fetched_at, source, request"
        ).fetchall()
        told = {source: tuple(rest) for source, *rest in terms}
        for source in dict.fromkeys([*(pull[0] for pull in pulls), *told]):
            origin, licence, attribution, caveats = told.get(source, ("not described", "none stated", "", []))
            payloads = [pull for pull in pulls if pull[0] == source]
            if payloads or not pulls:
                origins.append(Origin(dataset, origin, licence, attribution, list(caveats), payloads))
    return origins
