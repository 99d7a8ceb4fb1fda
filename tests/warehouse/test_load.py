"""Loading: once a payload, all of it or nothing, in the order of its rows."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from barometer.errors import BuildError, SourceError
from sources.protocol import Batch, Payload
from tests.warehouse.conftest import stars_delivery
from warehouse.connect import SCHEMA
from warehouse.load import Delivery, Loader, insert_rows

DAY = dt.datetime(2026, 11, 20, 1, 2, 3, 456000)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "loading.duckdb")) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        yield connection


def give(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    return Loader(connection).load(delivery)


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

    assert give(connection, Delivery("snapshot", "run-2", delivery.payload, never())) == 0
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
        assert give(connection, Delivery("github", "run-1", payload, [])) == 0
        assert give(connection, Delivery("github", "run-1", payload, [])) == 0
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
        give(connection, Delivery("snapshot", "run-1", good.payload, [*good.batches, batch]))
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


def unreadable() -> Iterator[Batch]:
    yield stars_delivery().batches[0]
    raise SourceError("stars: the reply ends in the middle", "mend the parser")


def test_a_landed_reply_that_cannot_be_parsed_is_a_recorded_error(connection: duckdb.DuckDBPyConnection) -> None:
    delivery = Delivery("github", "run-1", stars_delivery().payload, unreadable(), may_fail=True)
    assert give(connection, delivery) == 0
    assert count(connection) == 0
    found = connection.execute("select status, message, rows from raw.pulls").fetchall()
    assert found == [("error", "stars: the reply ends in the middle", 0)]


def test_a_bundled_reply_that_cannot_be_parsed_stops_the_load(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SourceError):
        give(connection, Delivery("snapshot", "run-1", stars_delivery().payload, unreadable()))
    assert (count(connection), count(connection, "raw.pulls")) == (0, 0)


def test_an_observation_of_the_same_content_on_another_day_is_another_figure(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for days in (0, 1):
        delivery = stars_delivery(fetched_at=DAY + dt.timedelta(days=days))
        seen = Delivery("github", "run-1", delivery.payload, delivery.batches, is_observation=True)
        assert give(connection, seen) == 6
    assert count(connection) == 12


def test_a_reply_read_again_takes_the_place_of_its_first_reading(connection: duckdb.DuckDBPyConnection) -> None:
    first, other = stars_delivery(fetched_at=DAY), stars_delivery(request="other")
    give(connection, first)
    give(connection, other)
    mended = Batch(first.batches[0].table, first.batches[0].columns, first.batches[0].rows[:2])
    again = Delivery("snapshot", "replay-1", first.payload, [mended])
    assert Loader(connection).load_again(again) == (6, 2)
    assert count(connection) == 8
    pulls = connection.execute("select request, run_id, rows from raw.pulls order by request desc").fetchall()
    assert pulls == [("stars", "replay-1", 2), ("other", "run-1", 6)]


def test_a_reply_that_still_cannot_be_read_keeps_the_rows_it_gave(connection: duckdb.DuckDBPyConnection) -> None:
    give(connection, stars_delivery())
    again = Delivery("snapshot", "replay-1", stars_delivery().payload, unreadable(), may_fail=True)
    assert Loader(connection).load_again(again) == (0, 0)
    assert count(connection) == 6
