"""Asking the warehouse from the command line, as a real process against a real warehouse."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.support import AS_OF, process_environment

LIGHT = ("prefect", "pandas", "altair", "numpy", "requests", "sqlglot", "rich")


def test_a_table_is_aligned_and_counted(barometer, built_home):
    done = barometer("sql", "select * from (values ('a', 1, null), ('bbb', 22, 1.5)) as t(name, n, x)", home=built_home)
    assert done.stdout.splitlines() == ["name   n    x", "────  ──  ───", "a      1", "bbb   22  1.5", "(2 rows)"]


def test_csv_and_json_hold_the_same_rows_as_the_warehouse(barometer, built_home):
    sql = "select claim_id, verdict from marts.claims order by claim_id"
    with duckdb.connect(str(built_home / "warehouse.duckdb"), read_only=True) as connection:
        expected = connection.execute(sql).fetchall()
    as_csv = barometer("sql", sql, "--format", "csv", home=built_home).stdout
    as_json = barometer("sql", sql, "--format", "json", home=built_home).stdout
    assert [tuple(row) for row in csv.reader(io.StringIO(as_csv))][1:] == expected
    assert [tuple(row.values()) for row in json.loads(as_json)] == expected
    assert len(expected) == 38


def test_parquet_goes_to_a_file(barometer, built_home, tmp_path):
    out = tmp_path / "evidence.parquet"
    done = barometer("sql", "from marts.evidence", "--format", "parquet", "--out", str(out), home=built_home)
    assert done.returncode == 0, done.stderr
    assert duckdb.sql(f"select count(*) from '{out}'").fetchall()[0][0] > 50


@pytest.mark.parametrize("way", ["stdin", "at", "option"])
def test_a_query_may_come_from_elsewhere(barometer, built_home, tmp_path, way):
    file = tmp_path / "question.sql"
    file.write_text("select 6 * 7 as answer;\n")
    arguments = {"stdin": ["-"], "at": [f"@{file}"], "option": ["--file", str(file)]}[way]
    done = barometer(
        "sql", *arguments, "--format", "csv", home=built_home, input=file.read_text() if way == "stdin" else None
    )
    assert done.stdout == "answer\n42\n"


@pytest.mark.parametrize(
    "sql",
    [
        "delete from marts.evidence",
        "create table x as select 1",
        "copy marts.evidence to 'out.csv'",
        "attach 'other.duckdb'",
        "select 1; select 2",
        "from read_csv('secret.csv')",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_a_query_can_neither_write_nor_read_files(barometer, built_home, tmp_path, sql):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = (built_home / "warehouse.duckdb").read_bytes()
    done = barometer("sql", sql, home=built_home)
    assert done.returncode == 10, done.stdout + done.stderr
    assert done.stderr.startswith("barometer: ")
    assert "\nnext: " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv"]
    assert (built_home / "warehouse.duckdb").read_bytes() == before


def test_files_are_read_when_asked_for(barometer, built_home, tmp_path):
    (tmp_path / "mine.csv").write_text("a\n5\n")
    done = barometer("sql", "from read_csv('mine.csv')", "--allow-files", "--format", "csv", home=built_home)
    assert done.stdout == "a\n5\n"


def test_a_closed_pipe_is_no_error(built_home):
    command = f"{sys.executable} -m barometer.cli sql 'from raw.package_downloads_30d' --format csv | head -1"
    done = subprocess.run(
        ["bash", "-c", command], env=process_environment(built_home), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("fetched_at,")
    assert done.stderr == ""


def test_tables_lists_every_mart_with_what_it_holds(barometer, built_home):
    lines = barometer("tables", home=built_home).stdout.splitlines()
    marts = [line for line in lines if line.startswith("marts.")]
    assert len(marts) >= 15
    assert all(len(line.split(maxsplit=2)) == 3 for line in marts)


def test_a_table_shows_its_columns_with_comments(barometer, built_home):
    done = barometer("tables", "downloads_month", home=built_home)
    assert "marts.downloads_month" in done.stdout
    columns = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line.startswith(("downloads", "share_"))]
    assert len(columns) >= 3
    assert all(len(parts) == 3 for parts in columns)


def test_explain_goes_from_the_number_to_the_source(barometer, built_home):
    value = barometer(
        "sql", "select value from marts.evidence where evidence_id = 'stars.keras'", "--format", "csv", home=built_home
    )
    done = barometer("explain", "stars.keras", home=built_home)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[0].removeprefix("stars.keras = ")) == float(value.stdout.splitlines()[1])
    for part in (
        "marts.evidence",
        "sql/core/evidence_stars.sql",
        "raw.repository_counters",
        "licence:",
        "caveat:",
        "keras-team/keras",
        "barometer sql ",
    ):
        assert part in done.stdout


def test_an_unknown_reference_names_the_nearest(barometer, built_home):
    done = barometer("explain", "star.keras", home=built_home)
    assert done.returncode == 10
    assert "stars.keras" in done.stderr


def test_status_says_what_is_there(barometer, built_home):
    lines = barometer("status", home=built_home).stdout
    assert f"as of      {AS_OF}" in lines
    assert f"editions   1: {AS_OF}" in lines
    assert "Google Trends" in lines


@pytest.mark.parametrize("arguments", [["--help"], ["sql", "select 1"], ["tables"], ["status"]])
def test_what_starts_fast_imports_nothing_heavy(built_home: Path, arguments):
    script = (
        "import sys\nfrom barometer.cli import main\n"
        f"try:\n    main({arguments!r}, prog_name='barometer')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('heavy:', [name for name in {LIGHT} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=process_environment(built_home), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "heavy: []", done.stderr
