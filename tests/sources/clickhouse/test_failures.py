"""ClickHouse failing, and replies that are nearly good."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given

from barometer.errors import SourceError
from sources.clickhouse import GROUP
from sources.protocol import Payload
from tests.sources.clickhouse.support import FRESH, rows, small, source, year
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source
from tests.sources.replay import Answer, as_html, as_json
from tests.support import shipped_catalog


def exception(code: int, http: int, text: str) -> Answer:
    return as_html(f"Code: {code}. DB::Exception: {text}", http, X_ClickHouse_Exception_Code=str(code))


GOOD = year().body
BAD = {
    "no-rows": as_json({"data": []}),
    "fewer-rows": as_json({"data": [], "rows": 3}),
    "exception-within": as_json({"data": [], "rows": 0, "exception": "Code: 159. DB::Exception: Timeout"}),
    "exception-at-the-end": Answer(GOOD[:-20] + b"\nCode: 241. DB::Exception: Memory limit exceeded"),
    "exception-behind-a-whole": Answer(GOOD + b"\nCode: 241. DB::Exception: Memory limit exceeded"),
    "exception-in-a-header": Answer(GOOD, headers={"X-ClickHouse-Exception-Code": "159"}),
    "shorter-column": year(downloads=[1]),
    "pair-twice": year(months=["2026-01-01", "2026-01-01"]),
    "other-year": year(months=["2025-12-01", "2026-01-01"]),
    "within-a-month": year(months=["2026-01-02", "2026-02-01"]),
    "negative": year(downloads=[1, -2]),
    "broken-number": year(downloads=[1, "2.5"]),
    "null-for-a-number": year(downloads=[1, None]),
    "null-for-an-installer": year(installers=["pip", None]),
    "no-feed": year(feed_until=None),
    "no-project": as_json({"data": [{"feed_until": FRESH}], "rows": 1}),
    "quota": exception(201, 500, "Quota has been exceeded"),
    "quota-as-429": exception(201, 429, "Quota has been exceeded"),
    "timeout": exception(159, 500, "Timeout exceeded"),
    "result-limit": exception(396, 500, "Limit for result exceeded"),
    "row-limit": exception(158, 500, "Limit for rows to read exceeded"),
    "no-table": exception(60, 404, "Table does not exist"),
    "read-only": exception(164, 403, "Cannot modify setting in readonly mode"),
}
LIMITED = {"quota", "quota-as-429"}
FAULTS = faults() | {name: (answer, "rate_limited" if name in LIMITED else "error") for name, answer in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, feed, tmp_path, name):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    before = rows(source(server, tmp_path))
    clock.now += dt.timedelta(days=1)
    fault, status = FAULTS[name]
    feed.instead["2026"] = fault
    asking = source(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(asking)
    assert [entry.status for entry in landed] == ["ok", status]
    assert landed[1].message
    assert rows(asking) == before
    assert len(before) == 8
    feed.instead.clear()
    assert [entry.status for entry in collect(source(server, tmp_path, clock=clock))] == ["ok"]


# The others are faults of rows that this question does not have.
OF_ANY = [*faults(), *(name for name in BAD if name.startswith(("exception", "quota")))]


@pytest.mark.parametrize("name", [*OF_ANY, "no-rows", "fewer-rows", "no-feed", "timeout", "no-table"])
def test_a_fault_of_the_feed_check_is_its_status(server, feed, tmp_path, name):
    feed.instead["feed"], status = FAULTS[name]
    landed = collect(source(server, tmp_path, read_s=0.3))
    assert landed[0].status == status
    assert landed[0].message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exception-at-the-end", "Memory limit exceeded"),
        ("exception-behind-a-whole", "Memory limit exceeded"),
        ("exception-within", "exception in the reply: Code: 159"),
        ("exception-in-a-header", "exception 159"),
        ("fewer-rows", "rows says 3, and 0 came"),
        ("result-limit", "Limit for result exceeded"),
        ("no-table", "no longer has the table"),
        ("other-year", "keras: 2025-12-01 is no month of 2026"),
    ],
)
def test_what_went_wrong_is_named(server, feed, tmp_path, name, said):
    feed.instead["2026"] = BAD[name]
    landed = collect(source(server, tmp_path, wait_cap_s=0.0))
    assert said in landed[-1].message


def test_what_cannot_be_trusted_is_not_kept_where_it_could_be_read_later(server, feed, tmp_path):
    feed.instead["2026"] = BAD["exception-in-a-header"]
    asking = source(server, tmp_path)
    bad = collect(asking)[-1]
    assert (bad.status, bad.sha256) == ("error", "")


@given(content=damaged(GOOD))
def test_any_bytes_give_rows_or_one_clear_error(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    parser = live_source("clickhouse", "http://127.0.0.1:9", folder, catalog=small())
    for request in (request.key for request in parser.plan(dt.date(2026, 1, 1))):
        found = read(parser, Payload("clickhouse", "downloads_by_installer", request, NOW, content))
        if isinstance(found, SourceError):
            assert found.message.startswith("clickhouse: ")
            assert "barometer replay clickhouse" in found.hint
        else:
            assert all(type(row[3]) is int and row[3] >= 0 for batch in found for row in batch.rows)


def test_a_long_history_keeps_every_row(tmp_path):
    names = [f"p{number}" for number in range(GROUP)]
    installers = [f"i{number}" for number in range(20)]
    months = [f"2026-{month:02}-01" for month in range(1, 13) for _ in installers]
    data = [
        {
            "project": name,
            "feed_until": FRESH,
            "months": months,
            "installers": installers * 12,
            "downloads": list(range(len(months))),
        }
        for name in names
    ]
    parser = live_source("clickhouse", "http://127.0.0.1:9", tmp_path, catalog=small())
    request = list(parser.plan())[-1].key
    content = json.dumps({"data": data, "rows": GROUP}).encode()
    (batch,) = parser.parse(Payload("clickhouse", "downloads_by_installer", request, NOW, content))
    assert len(batch.rows) == GROUP * 240
    assert batch.rows[-1] == ("p199", dt.date(2026, 12, 1), "i19", 239, dt.date(2026, 11, 21))


def test_its_data_set_is_in_the_catalogue_and_its_terms_are_told(tmp_path):
    source = live_source("clickhouse", "http://127.0.0.1:9", tmp_path)
    known = {entry.key: entry for entry in shipped_catalog().datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("clickhouse" in known[key].sources for key in source.datasets)
