"""Wikipedia: views by day and article, years that settle, and every way the service fails."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.protocol import Payload
from sources.wikipedia import Wikipedia
from tests.sources.faults import check_gap, read_rows
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, gzip_bomb, replaying

THIS_YEAR = dt.date(2026, 1, 1)
NOW = dt.datetime(2026, 11, 23, 6)
ARTICLES = ["Keras", "PyTorch", "TensorFlow", "JAX_(software)", "Google_JAX"]
PROBLEM = {"type": "about:blank", "title": "Not found.", "detail": "no data for the dates given"}


def path_of(article: str, first: str, last: str) -> str:
    views = "GET /api/rest_v1/metrics/pageviews/per-article/en.wikipedia.org/all-access/user"
    return f"{views}/{article}/daily/{first}/{last}"


def item(article: str, day: str, views: Any = 812) -> dict[str, Any]:
    return {
        "project": "en.wikipedia",
        "article": article,
        "granularity": "daily",
        "timestamp": f"{day}00",
        "access": "all-access",
        "agent": "user",
        "views": views,
    }


def answering(asked: Asked) -> Answer:
    """The first and the last day of whatever was asked for."""
    *_, article, _daily, first, last = asked.path.split("/")
    return as_json({"items": [item(article, first), item(article, last, 5)]})


class EveryPath(dict[str, Any]):
    """Answers any path the same way."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key, answering)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as server:
        server.answers = EveryPath()
        yield server


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, **options: Any) -> Wikipedia:
    source = live_source("wikipedia", server.url, folder, clock=Clock(now), **options)
    assert isinstance(source, Wikipedia)
    return source


def test_every_article_of_the_catalogue_gives_its_days(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    assert [entry.status for entry in collect(source, THIS_YEAR)] == ["ok"] * 5
    rows = parsed(source, "page_views_day")
    assert [row["article"] for row in rows] == [article for article in ARTICLES for _ in range(2)]
    assert rows[:2] == [
        {"project": "en.wikipedia.org", "article": "Keras", "day": dt.date(2026, 1, 1), "views": 812},
        {"project": "en.wikipedia.org", "article": "Keras", "day": dt.date(2026, 11, 22), "views": 5},
    ]


def test_the_history_begins_in_july_2015_and_titles_are_encoded(server: ReplayServer, tmp_path: Path) -> None:
    plan = list(source_at(server, tmp_path).plan())
    assert len(plan) == 12 * 5
    assert plan[0].path.endswith("/Keras/daily/20150701/20151231")
    assert plan[3].path.endswith("/JAX_%28software%29/daily/20150701/20151231")
    assert plan[-1].path.endswith("/Google_JAX/daily/20260101/20261122")


def test_the_service_is_told_who_asks(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path), THIS_YEAR)
    assert "(tests@example.org)" in server.asked[0].headers["User-Agent"]


def test_without_a_contact_nothing_is_asked(server: ReplayServer, tmp_path: Path) -> None:
    landed = collect(source_at(server, tmp_path, contact=""), THIS_YEAR)
    assert [(entry.status, entry.dataset) for entry in landed] == [("not_configured", "page_views")]
    assert "BAROMETER_CONTACT" in landed[0].message
    assert server.count() == 0


@pytest.mark.parametrize(
    ("first", "later", "spans"),
    [
        # The same day, until midnight UTC: nothing. The next day: the running year, one day longer.
        (NOW, dt.datetime(2026, 11, 23, 23, 59, 59), set()),
        (NOW, dt.datetime(2026, 11, 24), {"20260101/20261123"}),
        # At a year's end: the old year's last days may come late, so it is read again until it is settled.
        (dt.datetime(2027, 1, 1), dt.datetime(2027, 1, 2), {"20260101/20261231", "20270101/20270101"}),
        (dt.datetime(2027, 1, 2), dt.datetime(2027, 1, 3), {"20260101/20261231", "20270101/20270102"}),
        (dt.datetime(2027, 1, 3), dt.datetime(2027, 1, 4), {"20270101/20270103"}),
        (
            dt.datetime(2027, 1, 3),
            dt.datetime(2029, 6, 1),
            {"20270101/20271231", "20280101/20281231", "20290101/20290531"},
        ),
        # A leap day is a day.
        (dt.datetime(2028, 2, 29), dt.datetime(2028, 3, 1), {"20280101/20280229"}),
    ],
)
def test_what_is_asked_again_and_when(
    server: ReplayServer, tmp_path: Path, first: dt.datetime, later: dt.datetime, spans: set[str]
) -> None:
    since = dt.date(2026, 1, 1) if first.year < 2028 else dt.date(2028, 1, 1)
    collect(source_at(server, tmp_path, first), since)
    server.asked.clear()
    collect(source_at(server, tmp_path, later), since)
    assert {asked.path.partition("/daily/")[2] for asked in server.asked} == spans
    assert server.count() == 5 * len(spans)


def test_a_settled_year_without_views_is_not_asked_again(server: ReplayServer, tmp_path: Path) -> None:
    server.trouble = as_json(PROBLEM, 404)
    source = source_at(server, tmp_path, dt.datetime(2017, 1, 10))
    landed = collect(source)
    assert {(entry.status, entry.http_status, entry.sha256) for entry in landed} == {("no_data", 404, "")}
    assert parsed(source, "page_views_day") == []
    server.asked.clear()
    collect(source_at(server, tmp_path, dt.datetime(2017, 1, 11)))
    assert {asked.path.partition("/daily/")[2] for asked in server.asked} == {"20170101/20170110"}
    # It may have been a wrong address: a month later the year is asked for once more.
    server.asked.clear()
    collect(source_at(server, tmp_path, dt.datetime(2017, 2, 9)))
    assert "20160101/20161231" in {asked.path.partition("/daily/")[2] for asked in server.asked}


def test_days_without_views_are_no_rows_and_a_zero_that_is_sent_is_kept(server: ReplayServer, tmp_path: Path) -> None:
    server.on(
        path_of("Keras", "20260101", "20261122"),
        as_json({"items": [item("Keras", "20260101", 0), item("Keras", "20260105", 3)], "unknown": [1]}),
    )
    source = source_at(server, tmp_path)
    collect(source, THIS_YEAR)
    rows = [row for row in parsed(source, "page_views_day") if row["article"] == "Keras"]
    assert [(row["day"].day, row["views"]) for row in rows] == [(1, 0), (5, 3)]


GOOD = {"items": [item("Keras", "20260101")]}
FAULTS: dict[str, tuple[Answer, str, str]] = {
    "404, not loaded yet": (as_json(PROBLEM, 404), "no_data", "none loaded yet"),
    "429 with Retry-After": (as_html("slow down", 429, Retry_After="600"), "rate_limited", "600 s"),
    "429 without": (as_html("slow down", 429), "rate_limited", "429"),
    "403 for a bad User-Agent": (as_html("Please set a user-agent", 403), "error", "Please set a user-agent"),
    "500": (as_html("oh", 500), "error", "500"),
    "503 with Retry-After": (as_html("oh", 503, Retry_After="900"), "error", "900 s"),
    "HTML in a 200": (as_html("<h1>Wikimedia Error</h1>"), "error", "Wikimedia Error"),
    "no items": (as_json({"title": "x"}), "error", "items"),
    "items null": (as_json({"items": None}), "error", "items"),
    "views null": (as_json({"items": [item("Keras", "20260101", None)]}), "error", "views"),
    "views missing": (as_json({"items": [{"article": "Keras", "timestamp": "2026010100"}]}), "error", "views"),
    "views negative": (as_json({"items": [item("Keras", "20260101", -4)]}), "error", "views"),
    "another article": (as_json({"items": [item("Caffe", "20260101")]}), "error", "'Caffe'"),
    "a day outside": (as_json({"items": [item("Keras", "20250101")]}), "error", "2025-01-01"),
    "no such day": (as_json({"items": [item("Keras", "20260230")]}), "error", "'2026023000' is no day"),
    "an hour's timestamp": (
        as_json({"items": [{"article": "Keras", "timestamp": "2026010107", "views": 1}]}),
        "error",
        "",
    ),
    "empty body": (Answer(b""), "error", "empty"),
    "broken tail": (Answer(json.dumps(GOOD).encode()[:-3]), "error", ""),
    "cut connection": (Answer(json.dumps(GOOD).encode(), cut_at=20), "error", "connection"),
    "stalled": (Answer(b"{}", stall_s=1.0), "error", "connection"),
    "another host": (Answer(b"", 301, {"Location": "http://localhost:1/x"}), "error", "another host"),
    "gzip bomb": (gzip_bomb(120), "error", "larger than"),
}


@pytest.mark.parametrize(("fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, fault: Answer, status: str, message: str
) -> None:
    again = source_at(server, tmp_path, NOW + dt.timedelta(days=1), read_s=0.3)
    spoil, rows = partial(setattr, server, "trouble", fault), partial(parsed, table="page_views_day")
    landed = check_gap(source_at(server, tmp_path), again, spoil, rows, status, message, THIS_YEAR)
    if status == "rate_limited" or "connection" in message:
        assert len(landed) == 1


def test_an_empty_list_gives_no_rows_and_no_zeros(server: ReplayServer, tmp_path: Path) -> None:
    server.trouble = as_json({"items": []})
    source = source_at(server, tmp_path)
    landed = collect(source, THIS_YEAR)
    assert {entry.status for entry in landed} == {"no_data"}
    assert parsed(source, "page_views_day") == []


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=1000)
    server.trouble = as_json(GOOD | {"padding": "x" * 2000})
    assert {entry.status for entry in collect(source, THIS_YEAR)} == {"error"}
    assert parsed(source, "page_views_day") == []


def test_the_pull_goes_on_where_a_refusal_ended_it(server: ReplayServer, tmp_path: Path) -> None:
    server.on(path_of("TensorFlow", "20260101", "20261122"), as_html("slow down", 429))
    assert [e.status for e in collect(source_at(server, tmp_path), THIS_YEAR)] == ["ok", "ok", "rate_limited"]
    server.answers.clear()
    server.asked.clear()
    source = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    collect(source, THIS_YEAR)
    assert [asked.path.split("/")[9] for asked in server.asked] == ARTICLES[2:]
    assert len(parsed(source, "page_views_day")) == 10


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["Keras", "2015070100"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["items", "article", "timestamp", "views"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_rows_or_one_clear_error(content: bytes) -> None:
    check_parse(content)


@given(st.sampled_from(sorted(GOOD["items"][0])), VALUES)
def test_a_good_reply_with_one_value_replaced_gives_rows_or_one_clear_error(field: str, value: Any) -> None:
    check_parse(json.dumps({"items": [item("Keras", "20150701"), item("Keras", "20150702") | {field: value}]}).encode())


def check_parse(content: bytes) -> None:
    source = live_source("wikipedia", "http://127.0.0.1:9", Path("unused"))
    payload: Payload = source.payload(next(iter(source.plan())), content)
    rows = read_rows(source, payload, "wikipedia, GET /") or []
    assert all(isinstance(row[2], dt.date) and type(row[3]) is int and 0 <= row[3] < 2**63 for row in rows)
