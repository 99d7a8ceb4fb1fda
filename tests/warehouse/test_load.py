"""Loading: once a payload, all of it or nothing, in the order of its rows."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from barometer.errors import BuildError
from sources.protocol import Batch, Payload
from tests.warehouse.conftest import stars_delivery
from warehouse.connect import SCHEMA
from warehouse.load import Delivery, insert_rows, load

DAY = dt.datetime(2026, 11, 20, 1, 2, 3, 456000)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "loading.duckdb")) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        yield connection


def give(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    return load(connection, delivery.source_name, delivery.run_id, delivery.payload, delivery.batches)


def count(connection: duckdb.DuckDBPyConnection, table: str = "raw.repository_counters") -> int:
    return connection.execute(f"select count(*) from {table}").fetchall()[0][0]


def test_every_row_bears_its_payload(connection: duckdb.DuckDBPyConnection) -> None:
    delivery = stars_delivery(fetched_at=DAY)
    assert give(connection, delivery) == 6
    stamps = connection.execute(
        "select distinct fetched_at, run_id, source, request, payload_sha256 from raw.repository_counters"
    ).fetchall()
    assert stamps == [(DAY, "run-1", "snapshot", "stars", delivery.payload.sha256)]
    assert connection.execute("select dataset, status, rows, message from raw.pulls").fetchall() == [
        ("repository_counters", "ok", 6, "")
    ]


def test_rows_lie_in_the_order_they_came(connection: duckdb.DuckDBPyConnection) -> None:
    delivery = stars_delivery()
    give(connection, delivery)
    found = connection.execute("select observed_on, repository, stars from raw.repository_counters").fetchall()
    assert found == delivery.batches[0].rows


def test_the_same_pull_again_changes_nothing_and_is_not_parsed(connection: duckdb.DuckDBPyConnection) -> None:
    delivery = stars_delivery()
    give(connection, delivery)

    def never() -> Iterator[Batch]:
        raise AssertionError("a known payload was parsed again")
        yield

    assert load(connection, "snapshot", "run-2", delivery.payload, never()) == 0
    assert (count(connection), count(connection, "raw.pulls")) == (6, 1)


def test_the_same_content_later_shows_that_the_source_lives(connection: duckdb.DuckDBPyConnection) -> None:
    give(connection, stars_delivery(fetched_at=DAY))
    assert give(connection, stars_delivery(fetched_at=DAY + dt.timedelta(days=7))) == 0
    assert count(connection) == 6
    assert connection.execute("select rows from raw.pulls order by fetched_at").fetchall() == [(6,), (0,)]


def test_a_figure_that_is_taken_back_is_news(connection: duckdb.DuckDBPyConnection) -> None:
    """A, then B, then A again: the newest fetch says A, so its rows must be the newest."""
    first, other = [(dt.date(2026, 1, 1), "a/b", 1)], [(dt.date(2026, 1, 1), "a/b", 2)]
    for days, rows in enumerate((first, other, first)):
        assert give(connection, stars_delivery(rows, DAY + dt.timedelta(days=days))) == 1
    newest = "select stars from raw.repository_counters order by fetched_at desc limit 1"
    assert connection.execute(newest).fetchall() == [(1,)]


def test_the_same_content_of_another_request_is_loaded(connection: duckdb.DuckDBPyConnection) -> None:
    assert give(connection, stars_delivery(request="one")) == 6
    assert give(connection, stars_delivery(request="two")) == 6


def test_a_failure_is_a_pull_without_rows(connection: duckdb.DuckDBPyConnection) -> None:
    for day in (DAY, DAY + dt.timedelta(days=1)):
        payload = Payload("github", "repository_counters", "stars", day, b"", "rate_limited", "come back in an hour")
        assert load(connection, "github", "run-1", payload, []) == 0
        assert load(connection, "github", "run-1", payload, []) == 0
    found = connection.execute("select status, message, payload_sha256, rows from raw.pulls").fetchall()
    assert found == [("rate_limited", "come back in an hour", "", 0)] * 2


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (
            Batch("repository_counter", ("stars",), [(1,)]),
            "no table raw.repository_counter; did you mean `raw.repository_counters`?",
        ),
        (Batch("papers", ("paper",), [(1,)]), "raw.papers has no column `paper`; did you mean `papers`?"),
        (
            Batch("repository_counters", ("observed_on", "repository", "stars"), [(DAY.date(), "a/b", "many")]),
            "does not fit",
        ),
        (
            Batch("repository_counters", ("observed_on", "repository", "stars"), [(DAY.date(), "a/b", None)]),
            "does not fit",
        ),
        (Batch("repository_counters", ("observed_on", "repository", "stars"), [("someday", "a/b", 1)]), "does not fit"),
    ],
)
def test_one_bad_batch_keeps_the_whole_payload_out(
    connection: duckdb.DuckDBPyConnection, batch: Batch, words: str
) -> None:
    good = stars_delivery()
    with pytest.raises(BuildError) as caught:
        load(connection, "snapshot", "run-1", good.payload, [*good.batches, batch])
    assert words in caught.value.message
    assert (count(connection), count(connection, "raw.pulls")) == (0, 0)
    assert give(connection, good) == 6


def test_values_come_back_as_they_went_in(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table raw.kinds (d date, t timestamp, b boolean, x double, n bigint, s varchar, l varchar[], "
        "m map(varchar, double))"
    )
    rows = [
        (DAY.date(), DAY, True, 0.1 + 0.2, 2**62, "ä\"'\n,\\ \t{[", ["a", 'b"'], {"k": 0.1}),
        (None, None, None, None, None, None, None, None),
        (DAY.date(), DAY, False, 1e-300, -1, "null", [], {}),
    ]
    insert_rows(connection, "raw.kinds", None, rows)
    assert connection.execute("select * from raw.kinds").fetchall() == rows


def test_no_file_of_rows_is_left_behind(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    give(connection, stars_delivery())
    assert [path.name for path in tmp_path.iterdir() if ".rows-" in path.name] == []


def test_a_large_batch_keeps_its_order(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [(dt.date(2026, 1, 1), f"a/{number}", number) for number in range(100_000)]
    insert_rows(
        connection,
        "raw.repository_counters",
        ("observed_on", "repository", "stars"),
        rows,
        {"fetched_at": DAY, "run_id": "r", "source": "s", "request": "q", "payload_sha256": "h"},
    )
    assert connection.execute("select list(stars) from raw.repository_counters").fetchall()[0][0] == list(
        range(100_000)
    )
