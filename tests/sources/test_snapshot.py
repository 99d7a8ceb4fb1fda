"""The snapshot as a source: what it yields, and in which order."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import load_catalog
from barometer.errors import SourceError
from barometer.settings import load_settings
from sources.protocol import Batch, Payload
from sources.snapshot import Snapshot
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
BOOKKEEPING = {"fetched_at", "run_id", "source", "request", "payload_sha256"}
DUCKDB_KINDS = {
    "VARCHAR": {"text"},
    "DATE": {"date", "month"},
    "INTEGER": {"count"},
    "BIGINT": {"count"},
    "BOOLEAN": {"flag"},
    "DOUBLE": {"real"},
}


@pytest.fixture(scope="module")
def raw_columns() -> list[tuple[str, str, str, bool]]:
    """Table, column, type and whether it may be null, as DuckDB reads warehouse/schema.sql."""
    with duckdb.connect() as connection:
        connection.execute((ROOT / "warehouse" / "schema.sql").read_text(encoding="utf-8"))
        return connection.execute(
            "select table_name, column_name, data_type, is_nullable from duckdb_columns() "
            "where schema_name = 'raw' order by table_name, column_index"
        ).fetchall()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_columns_are_those_of_the_raw_table(table, raw_columns):
    columns = [column[1:] for column in raw_columns if column[0] == table.name]
    expected = [column for column in columns if column[0] not in BOOKKEEPING]
    assert table.header == tuple(name for name, _, _ in expected)
    assert [column.nullable for column in table.columns] == [null for _, _, null in expected]
    assert all(column.kind in DUCKDB_KINDS[kind] for column, (_, kind, _) in zip(table.columns, expected, strict=True))


def test_one_payload_and_one_batch_a_data_set_in_the_manifests_order():
    source = Snapshot()
    payloads = list(source.fetch())
    assert [payload.dataset for payload in payloads] == list(TABLES) == [terms.dataset for terms in source.terms()]
    for payload in payloads:
        assert payload.source == source.name == "snapshot"
        assert payload.status == "ok"
        assert payload.fetched_at == dt.datetime(2026, 11, 23)
        assert payload.request == f"snapshot/{payload.dataset}.csv.gz"
        assert payload.content == (DATA / f"{payload.dataset}.csv.gz").read_bytes()
        assert [batch.table for batch in source.parse(payload)] == [payload.dataset]


def test_every_data_set_is_in_the_catalogue_as_bundled():
    catalog = load_catalog(load_settings({}).catalog)
    assert {entry.key for entry in catalog.datasets if entry.way == "bundled"} == set(TABLES)


def test_cells_have_the_type_of_their_column(batches: dict[str, Batch]):
    types = {"text": str, "count": int, "real": float, "date": dt.date, "month": dt.date, "flag": bool}
    for table in TABLES.values():
        for column, values in zip(table.columns, zip(*batches[table.name].rows, strict=True), strict=True):
            found = {type(value) for value in values}
            assert found <= {types[column.kind], type(None)} if column.nullable else found == {types[column.kind]}


def test_parsing_twice_gives_the_same_rows():
    source = Snapshot()
    for payload in source.fetch():
        assert source.parse(payload) == source.parse(payload)


def test_run_id_follows_from_the_manifest_alone(copy: Path):
    digest = hashlib.sha256((DATA / "manifest.toml").read_bytes()).hexdigest()
    assert Snapshot().run_id == Snapshot(copy).run_id == f"snapshot-2026-11-23-{digest[:8]}"
    with (copy / "manifest.toml").open("a", encoding="utf-8") as manifest:
        manifest.write("# another manifest\n")
    assert Snapshot(copy).run_id != Snapshot().run_id
    assert re.fullmatch(r"snapshot-2026-11-23-[0-9a-f]{8}", Snapshot(copy).run_id)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (dt.date(2015, 1, 1), set(TABLES)),
        (dt.date(2020, 7, 1), set(TABLES) - {"questions_monthly"}),
        (dt.date(2026, 8, 31), {"package_releases", "repository_activity"}),
        (dt.date(2026, 10, 28), {"package_releases"}),
        (dt.date(2026, 10, 29), set()),
    ],
)
def test_since_leaves_out_what_ended_before(since: dt.date, expected: set[str]):
    assert {payload.dataset for payload in Snapshot().fetch(since)} == expected


def test_an_unknown_data_set_is_refused_by_name():
    payload = Payload("snapshot", "stars", "snapshot/stars.csv.gz", dt.datetime(2026, 11, 23), gzip.compress(b"a\n"))
    with pytest.raises(SourceError, match=r"stars\.csv\.gz: data set 'stars' is unknown; known are package_"):
        Snapshot().parse(payload)


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path):
    source = Snapshot(tmp_path / "nowhere")
    with pytest.raises(SourceError, match=r"manifest\.toml: the manifest of the bundled figures is missing"):
        next(source.fetch())
