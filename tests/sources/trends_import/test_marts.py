"""Imports of five years fill the marts and settle the claims."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from barometer.catalog import load_catalog
from barometer.settings import Services, load_settings
from sources.landing import Landing
from sources.live import Context
from sources.trends_import import TrendsImport
from tests.sources.trends_import.exports import run, written
from warehouse.load import Delivery


def weekly(first: dt.date, count: int, levels: dict[str, float]) -> str:
    """An export of `count` weeks: every term at its level, a little up and down."""
    head = "Category: All categories\n\nWeek," + ",".join(f"{term}: (Worldwide)" for term in levels)
    lines = [
        ",".join([str(first + dt.timedelta(weeks=i)), *(str(round(level + i % 3)) for level in levels.values())])
        for i in range(count)
    ]
    return "\n".join([head, *lines, ""])


def built(home: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse built from the bundled snapshot and what was imported, opened to read."""
    from flows import steps

    settings_ = load_settings({}, home=home)
    catalog = load_catalog(settings_.catalog)
    landing = Landing(settings_.landing)
    source = TrendsImport(Context(catalog, Services(), landing))
    given = steps.deliver_snapshot()
    files = [landing.payload(entry) for entry in landing.entries(source.name)]
    replies = [Delivery(source.name, "import", file, source.parse(file)) for file in files]
    steps.build_warehouse(settings_, catalog, steps.today(), steps.Delivered([*given.replies, *replies], given.terms))
    return duckdb.connect(str(settings_.warehouse), read_only=True)


LEVELS_2020 = {"keras": 20.0, "pytorch": 40.0, "tensorflow": 90.0, "jax flax": 1.0}
LEVELS_NOW = {"keras": 9.0, "pytorch": 90.0, "tensorflow": 30.0, "jax flax": 3.0}


def test_imports_of_five_years_and_of_2020_fill_the_marts_and_settle_the_claims(tmp_path: Path) -> None:
    home = tmp_path / "home"
    today = dt.datetime.now(dt.UTC).date()
    sunday = today - dt.timedelta(days=(today.weekday() + 1) % 7, weeks=1)
    now = written(tmp_path, "multiTimeline.csv", weekly(sunday - dt.timedelta(weeks=260), 261, LEVELS_NOW))
    then = written(tmp_path / "2020", "multiTimeline.csv", weekly(dt.date(2020, 1, 5), 52, LEVELS_2020))
    assert run(home, now, then).exception is None
    with built(home) as connection:
        marts = "select framework, count(*), max(interest) from marts.search_interest_week group by 1 order by 1"
        found = connection.execute(marts).fetchall()
        assert [(framework, weeks) for framework, weeks, _ in found] == [
            (framework, 261 + 52) for framework in ("jax", "keras", "pytorch", "tensorflow")
        ]
        evidence = dict(
            connection.execute("select evidence_id, value from marts.evidence where metric like 'search%'").fetchall()
        )
        assert {name: round(value) for name, value in evidence.items()} == {
            "search_interest.jax": 4,
            "search_interest.keras": 10,
            "search_interest.pytorch": 91,
            "search_interest.tensorflow": 31,
            "search_interest_2020.jax": 2,
            "search_interest_2020.keras": 21,
            "search_interest_2020.pytorch": 41,
            "search_interest_2020.tensorflow": 91,
        }
        claims = dict(connection.execute("select claim_id, verdict from marts.claims").fetchall())
        assert claims["C26"] == "supported"
        assert {claims["C27"], claims["C28"]} <= {"supported", "contradicted", "mixed"}


def test_a_claim_that_the_export_contradicts_is_contradicted_by_months_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lines = [
        f"{year}-{month:02},{90 if year == 2020 else 5},{40 + month % 2},{20 + month % 3}"
        for year in range(2004, 2022)
        for month in range(1, 13)
    ]
    text = "Time,keras,pytorch,tensorflow\n" + "\n".join(lines) + "\n"
    assert run(home, written(tmp_path, "time_series_Worldwide_20040101-0000_20220101-0000.csv", text)).exception is None
    with built(home) as connection:
        verdicts = connection.execute("select verdict from marts.claims where claim_id = 'C26'").fetchall()
        assert verdicts == [("contradicted",)]
        # Months are no weeks: nothing is drawn by week, and nothing is said of the last year.
        assert connection.execute("select count(*) from marts.search_interest_week").fetchall() == [(0,)]
        metrics = "select distinct metric from marts.evidence where metric like 'search%'"
        assert connection.execute(metrics).fetchall() == [("search_interest_2020",)]
