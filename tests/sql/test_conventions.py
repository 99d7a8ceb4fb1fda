"""What every file of sql/ keeps to."""

from __future__ import annotations

import re

import pytest
import sqlglot

from tests.sql.world import SQL, World, models
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.explain import explain
from warehouse.models import load_queries

FILES = sorted(SQL.glob("*/*.sql"))
MODELS = [path for path in FILES if path.parent.name in ("staging", "core", "marts")]
PORTABLE = [path for path in FILES if path.parent.name in ("core", "marts")]


def name(path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_file_is_one_select_with_a_description(path):
    text = path.read_text(encoding="utf-8")
    statements = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
    assert len(statements) == 1
    assert isinstance(statements[0], sqlglot.exp.Query)
    assert re.match(r"^-- [A-Z]", text)


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_model_says_its_grain_audits_and_warning(path):
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("-- ")]
    for tag in ("grain", "audit", "warning"):
        assert any(line.startswith(f"-- {tag}: ") for line in header), tag


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_common_table_expressions_are_named_by_a_verb(path):
    tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), dialect="duckdb")
    nouns = (
        {"known", "dated", "newest_fetch", "newest_payload", "newest_load"} if path.parent.name == "staging" else set()
    )
    names = {part.alias for part in tree.ctes} - nouns
    assert all(re.match(r"^[a-z]+(_[a-z]+)+$", part) for part in names)


@pytest.mark.parametrize("dialect", ["spark", "clickhouse"])
@pytest.mark.parametrize("path", PORTABLE, ids=name)
def test_core_and_marts_carry_over(path, dialect):
    written = sqlglot.transpile(
        path.read_text(encoding="utf-8"), read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(written) == 1
    assert isinstance(sqlglot.parse_one(written[0], read=dialect), sqlglot.exp.Query)


@pytest.mark.parametrize("path", PORTABLE, ids=name)
def test_core_and_marts_stay_within_portable_sql(path):
    words = set(re.findall(r"[a-z_]+", path.read_text(encoding="utf-8").lower()))
    assert not words & {
        "pivot",
        "unpivot",
        "generate_series",
        "range",
        "quantile_cont",
        "asof",
        "positional",
        "read_csv",
    }


def test_no_framework_is_named_in_sql():
    known = {"keras", "pytorch", "torch", "tensorflow", "jax", "flax", "mxnet", "paddle", "torchvision"}
    named = {name(path): known & set(re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower())) for path in FILES}
    assert {path: found for path, found in named.items() if found} == {}


def test_every_marts_column_has_a_comment(snapshot: World):
    columns = {
        f"{schema}.{table}.{column}"
        for schema, table, column in snapshot.rows(
            "select table_schema, table_name, column_name from information_schema.columns where table_schema = 'marts'"
        )
    }
    commented = {
        f"{m.table}.{column}"
        for m in models()
        if m.schema == "marts"
        for column, text in m.column_comments.items()
        if text
    }
    assert columns == commented


def test_grains_and_audits_hold_on_the_snapshot(snapshot: World):
    audits = [*model_audits(models()), *file_audits(load_queries(SQL, "audits"))]
    assert run_audits(snapshot.connection, audits) == len(audits) > 200


@pytest.mark.parametrize("query", load_queries(SQL, "queries"), ids=lambda query: query.name)
def test_saved_query_answers(query, snapshot: World):
    rows = snapshot.rows(query.sql)
    # No timing is known as of that day; tests/sql/timings asks these of a run.
    assert rows or any(table.startswith("marts.benchmark_") for table in query.reads)


def test_every_figure_is_explained_by_the_model_that_works_it_out(snapshot: World):
    for evidence_id, metric, framework in snapshot.rows("select evidence_id, metric, framework from marts.evidence"):
        maker = explain(snapshot.connection, models(), evidence_id).file
        table = maker.removeprefix("sql/").removesuffix(".sql").replace("/", ".")
        assert table.startswith("core.evidence_")
        counted = snapshot.rows(f"select count(*) from {table} where metric = '{metric}' and framework = '{framework}'")
        assert counted == [(1,)]
