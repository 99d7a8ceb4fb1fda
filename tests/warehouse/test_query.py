"""A user's SQL: what it gives, what it may not do, and what it is told when it is wrong."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from barometer.errors import QueryError, StorageError, WarehouseError
from tests.warehouse.conftest import AS_OF, advise, make_home, stars_delivery, terms
from warehouse.build import build
from warehouse.query import export, run_query


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once: whatever is asked of it, it stays as it is."""
    settings, catalog = make_home(tmp_path_factory.mktemp("query"))
    build(settings, catalog, AS_OF, [stars_delivery()], terms(), advise)
    return settings.warehouse


def test_a_select_gives_names_types_and_rows(warehouse: Path) -> None:
    result = run_query(warehouse, "select framework, stars from marts.stars_month where month = '2026-02-01'; -- done")
    assert result.columns == ["framework", "stars"]
    assert result.types == ["VARCHAR", "BIGINT"]
    assert result.rows == [("keras", 200), ("pytorch", 207)]
    assert not result.is_cut


def test_a_mart_needs_no_schema(warehouse: Path) -> None:
    assert run_query(warehouse, "select count(*) from stars_month").rows == [(6,)]
    assert ("stars_month",) in run_query(warehouse, "show tables").rows


def test_rows_can_be_cut(warehouse: Path) -> None:
    result = run_query(warehouse, "select * from range(1000000) as r(n)", max_rows=2)
    assert (result.rows, result.is_cut) == ([(0,), (1,)], True)
    assert not run_query(warehouse, "select * from range(2)", max_rows=2).is_cut


def test_describe_and_explain_are_reading_too(warehouse: Path) -> None:
    assert run_query(warehouse, "describe marts.stars_month").rows[0][0] == "framework"
    assert run_query(warehouse, "explain analyze select 1").rows


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("selec 1", 'syntax error at or near "selec"'),
        ("select sta from marts.stars_month", 'Candidate bindings: "stars"'),
        ("select * from marts.stars_munth", "nearest: marts.stars_month"),
        ("select * from stars_munth", "nearest: marts.stars_month"),
        ("select * from pulls", "nearest: raw.pulls"),
        ("select cast('a' as integer)", "Could not convert string 'a'"),
        ("", "no statement"),
        ("-- nothing", "no statement"),
        ("select 1; select 2", "2 statements"),
        ("select 1; drop table marts.stars_month", "2 statements"),
    ],
)
def test_a_mistake_is_told_with_a_way_on(warehouse: Path, sql: str, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        run_query(warehouse, sql)
    assert words in f"{caught.value.message}\n{caught.value.hint}"
    assert caught.value.hint


@pytest.mark.parametrize(
    "sql",
    [
        "insert into raw.pulls select * from raw.pulls",
        "update raw.pulls set rows = 0",
        "delete from raw.pulls",
        "drop table raw.pulls",
        "create table marts.mine as select 1",
        "create temp table mine as select 1",
        "create table memory.mine (a integer)",
        "alter table raw.pulls add column x integer",
        "comment on table raw.pulls is 'mine'",
        "attach '{outside}/other.duckdb'",
        "detach warehouse",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '10GB'",
        "reset lock_configuration",
        "use memory",
        "checkpoint",
        "vacuum",
        "begin",
        "prepare p as select 1",
        "export database '{outside}/all'",
        "copy marts.stars_month to '{outside}/out.csv'",
        "copy (select 1) to '{outside}/out.csv'",
        "copy raw.pulls from '{outside}/secret.csv'",
        "explain analyze copy (select 1) to '{outside}/out.csv'",
        "explain analyze copy (select 1) to '{warehouse}'",
        "EXPLAIN  ANALYZE\n/* x */ copy (select 1) to '{warehouse}'",
        "explain analyze insert into raw.pulls select * from raw.pulls",
        "call pragma_version()",
        "select * from '{outside}/secret.csv'",
        "select * from read_csv('{outside}/secret.csv')",
        "select * from read_text('{outside}/secret.csv')",
        "select * from read_blob('{outside}/secret.csv')",
        "select * from read_parquet('{outside}/*.parquet')",
        "select * from read_json('{outside}/secret.csv')",
        "select * from sniff_csv('{outside}/secret.csv')",
        "select * from glob('{outside}/*')",
        "select * from read_csv('https://example.org/x.csv')",
        "select * from query('copy (select 1) to ''{outside}/out.csv''')",
        "select * from pandas_frame",
        "select getenv('HOME')",
    ],
)
def test_a_query_neither_writes_nor_leaves_the_warehouse(warehouse: Path, tmp_path: Path, sql: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    pandas_frame = {"a": [1]}
    before = warehouse.read_bytes()
    with pytest.raises(QueryError):
        run_query(warehouse, sql.format(outside=outside, warehouse=warehouse))
    assert [path.name for path in outside.iterdir()] == ["secret.csv"]
    assert warehouse.read_bytes() == before
    assert pandas_frame


def test_files_may_be_read_when_that_is_asked_for(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("framework,note\nkeras,mine\n", encoding="utf-8")
    sql = f"select note, max(stars) from '{tmp_path}/mine.csv' join marts.stars_month using (framework) group by note"
    assert run_query(warehouse, sql, allow_files=True).rows == [("mine", 300)]
    run_query(warehouse, f"copy (select 1 as a) to '{tmp_path}/out.csv'", allow_files=True)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "a\n1\n"
    with pytest.raises(QueryError):
        run_query(warehouse, "delete from raw.pulls", allow_files=True)


class TestExport:
    """A result of any size as a file."""

    SQL = "select framework, month, stars from marts.stars_month order by month, framework limit 2;"

    def test_csv(self, warehouse: Path, tmp_path: Path) -> None:
        assert export(warehouse, self.SQL, tmp_path / "x.csv", "csv") == 2
        with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file)) == [
                ["framework", "month", "stars"],
                ["keras", "2026-01-01", "100"],
                ["pytorch", "2026-01-01", "107"],
            ]

    def test_json_to_a_stream(self, warehouse: Path) -> None:
        stream = io.BytesIO()
        assert export(warehouse, self.SQL, stream, "json") == 2
        assert json.loads(stream.getvalue())[0] == {"framework": "keras", "month": "2026-01-01", "stars": 100}

    def test_a_large_parquet_file_replaces_an_older_one(self, warehouse: Path, tmp_path: Path) -> None:
        out = tmp_path / "it's.parquet"
        out.write_text("old", encoding="utf-8")
        assert export(warehouse, "select n, n * 2 as m from range(500000) as r(n)", out, "parquet") == 500_000
        with duckdb.connect() as connection:
            assert connection.read_parquet(str(out)).aggregate("count(*), sum(m)").fetchall() == [
                (500_000, 249_999_500_000)
            ]

    def test_a_failed_export_leaves_the_older_file_and_no_draft(self, warehouse: Path, tmp_path: Path) -> None:
        folder = tmp_path / "out"
        folder.mkdir()
        (folder / "x.csv").write_text("old", encoding="utf-8")
        # The fault is in a late row, so that writing has begun.
        late = "select case when n = 400000 then cast('a' || n as integer) else n end as n from range(500000) as r(n)"
        with pytest.raises(QueryError, match="Could not convert"):
            export(warehouse, late, folder / "x.csv", "csv")
        assert [(path.name, path.read_text(encoding="utf-8")) for path in folder.iterdir()] == [("x.csv", "old")]

    @pytest.mark.parametrize(
        "sql",
        ["copy (select 1) to 'x'", "explain select 1", "select 1; select 2", "select * from '/etc/hostname'", "selec"],
    )
    def test_only_a_select_is_exported(self, warehouse: Path, tmp_path: Path, sql: str) -> None:
        with pytest.raises(QueryError) as caught:
            export(warehouse, sql, tmp_path / "x.csv", "csv")
        assert "copy (sel" not in caught.value.message
        assert not (tmp_path / "x.csv").exists()

    def test_the_warehouse_is_no_place_for_a_result(self, warehouse: Path, tmp_path: Path) -> None:
        before = warehouse.read_bytes()
        (tmp_path / "link").symlink_to(warehouse)
        for out in (warehouse, tmp_path / "link"):
            with pytest.raises(QueryError, match="is the warehouse itself"):
                export(warehouse, "select 1", out, "csv")
        assert warehouse.read_bytes() == before

    def test_a_folder_that_is_missing_is_named(self, warehouse: Path, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match=r"cannot write to .*nowhere"):
            export(warehouse, "select 1", tmp_path / "nowhere" / "x.csv", "csv")


def test_without_a_warehouse_the_first_step_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse") as caught:
        run_query(tmp_path / "warehouse.duckdb", "select 1")
    assert "barometer run --offline" in caught.value.hint
