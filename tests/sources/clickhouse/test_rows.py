"""Downloads by month from ClickHouse, and what a stalled feed does to them."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tests.sources.clickhouse.support import YEARS, rows, source
from tests.sources.live import NOW, Clock, collect
from tests.sources.replay import as_json


def test_the_feed_is_checked_first_and_then_every_year_is_asked(server, feed, tmp_path):
    landed = collect(source(server, tmp_path))
    assert feed.asked == ["feed", *map(str, YEARS)]
    assert [entry.status for entry in landed] == ["ok", *["no_data"] * 9, "ok", "ok"]
    assert landed[1].message == "the feed has no download of 2016"


def test_a_question_refuses_to_be_cut_and_tells_no_password(server, tmp_path):
    collect(source(server, tmp_path))
    for asked in server.asked:
        assert asked.headers["X-ClickHouse-User"] == "demo"
        assert (asked.query["result_overflow_mode"], asked.query["read_overflow_mode"]) == ("throw", "throw")
        assert asked.query["default_format"] == "JSON"
        assert asked.query["param_projects"] == "['keras','torch']"
        assert "user" not in asked.query
        assert asked.body.startswith(b"select")
    last = server.asked[-1]
    assert (last.query["param_first"], last.query["param_end"]) == ("2026-01-01", "2027-01-01")
    assert set(re.findall(r"\{(\w+):", last.body.decode())) == {"projects", "first", "end"}


def test_rows_are_those_that_were_sent_whatever_their_numbers_look_like(server, feed, tmp_path):
    quoted = feed.year(2026)
    for one in quoted["data"]:
        one["downloads"] = [str(count) for count in one["downloads"]]
    feed.instead["2026"] = as_json(quoted | {"rows": "2", "rows_before_limit_at_least": 2})
    asking = source(server, tmp_path)
    collect(asking, since=dt.date(2025, 7, 1))
    until = dt.date(2026, 11, 21)
    assert rows(asking) == [
        (name, dt.date(year, 1, 1), installer, count, until)
        for year in (2025, 2026)
        for name, installer, count in (
            ("keras", "pip", 60),
            ("keras", "bandersnatch", 5),
            ("torch", "uv", 7),
            ("torch", "", 1),
        )
    ]


def test_a_package_the_feed_has_never_heard_of_is_told_this_year(server, feed, tmp_path):
    del feed.packages["torch"]
    landed = collect(source(server, tmp_path))
    assert (landed[-1].status, landed[-1].message) == ("ok", "the feed has no download of torch in 2026")
    assert landed[-2].message == ""


@pytest.mark.parametrize(("until", "status"), [("2026-11-20", "ok"), ("2026-11-19", "stale"), ("1970-01-01", "stale")])
def test_a_feed_more_than_three_days_behind_is_stale(server, feed, tmp_path, until, status):
    feed.until = until
    landed = collect(source(server, tmp_path))
    assert landed[0].status == landed[-1].status == status
    assert (f"the feed ends on {until}" in landed[0].message) == (status == "stale")


def test_a_stale_feeds_figures_are_kept_and_say_how_far_they_reach(server, feed, tmp_path):
    feed.until = "2026-11-10"
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [entry.status for entry in landed][-2:] == ["ok", "stale"]
    assert {row[4] for row in rows(asking)} == {dt.date(2026, 11, 10)}
    assert ("torch", dt.date(2026, 1, 1), "uv", 7, dt.date(2026, 11, 10)) in rows(asking)
    # Today it is an answer like any other; tomorrow it is asked for again.
    assert collect(source(server, tmp_path)) == []
    tomorrow = Clock(NOW + dt.timedelta(days=1))
    assert len(collect(source(server, tmp_path, clock=tomorrow))) == 2


def test_a_year_that_the_feed_had_not_finished_is_asked_again_when_it_has(server, feed, tmp_path):
    clock = Clock(dt.datetime(2027, 2, 10))
    feed.until = "2026-12-20"
    first = collect(source(server, tmp_path, clock=clock))
    assert [entry.status for entry in first][-2:] == ["stale", "stale"]
    clock.now += dt.timedelta(days=1)
    # It goes on, still late, but beyond the year.
    feed.until = "2027-01-20"
    feed.asked.clear()
    assert [entry.status for entry in collect(source(server, tmp_path, clock=clock))] == ["stale", "ok", "stale"]
    assert feed.asked == ["feed", "2026", "2027"]
    clock.now += dt.timedelta(days=1)
    feed.asked.clear()
    collect(source(server, tmp_path, clock=clock))
    assert feed.asked == ["feed", "2027"]
