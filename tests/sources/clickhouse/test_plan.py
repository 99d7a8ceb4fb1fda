"""What is asked of ClickHouse, and when again."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from sources.clickhouse import GROUP
from tests.sources.clickhouse.support import YEARS, small, source
from tests.sources.live import Clock, collect
from tests.sources.replay import as_html
from tests.support import shipped_catalog


def test_a_second_run_asks_nothing_and_the_next_day_only_what_may_have_changed(server, feed, tmp_path):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    feed.asked.clear()
    assert collect(source(server, tmp_path, clock=clock)) == []
    clock.now += dt.timedelta(days=1)
    feed.until = "2026-11-22"
    collect(source(server, tmp_path, clock=clock))
    assert feed.asked == ["feed", "2026"]


def test_a_year_is_final_only_when_it_was_asked_after_it_had_settled(server, feed, tmp_path):
    clock = Clock(dt.datetime(2026, 12, 31, 23, 59, 59))
    days = [("2026-12-31", ["feed", "2026"]), ("2027-01-01", ["feed", "2026", "2027"])]
    days += [("2027-01-31", ["feed", "2026", "2027"]), ("2027-02-01", ["feed", "2026", "2027"])]
    days += [("2027-02-02", ["feed", "2027"])]
    collect(source(server, tmp_path, clock=Clock(dt.datetime(2026, 12, 1))))
    for day, expected in days:
        clock.now = dt.datetime.fromisoformat(f"{day}T23:59:59")
        feed.until = day
        feed.asked.clear()
        collect(source(server, tmp_path, clock=clock))
        assert feed.asked == expected, day


def test_a_key_is_short_names_the_year_and_stands_for_the_whole_question(server, tmp_path):
    keys = [request.key for request in source(server, tmp_path).plan()]
    assert len(set(keys)) == len(keys) == 12
    assert re.fullmatch(r"POST / [0-9a-f]{16}", keys[0])
    assert re.fullmatch(r"POST /\?param_first=2026-01-01&param_end=2027-01-01 [0-9a-f]{16}", keys[-1])
    whole = source(server, tmp_path, catalog=shipped_catalog())
    assert not set(keys) & {request.key for request in whole.plan()}


def test_since_leaves_earlier_years_out(server, feed, tmp_path):
    collect(source(server, tmp_path), since=dt.date(2025, 12, 31))
    assert feed.asked == ["feed", "2025", "2026"]
    assert list(source(server, tmp_path).plan(dt.date(2027, 1, 1))) == []


def test_another_package_in_the_catalogue_asks_all_years_again(server, feed, tmp_path):
    collect(source(server, tmp_path))
    feed.asked.clear()
    collect(source(server, tmp_path, catalog=shipped_catalog()))
    assert feed.asked == ["feed", *map(str, YEARS)]
    assert "'tensorflow-cpu'" in server.asked[-1].query["param_projects"]


def test_many_packages_are_asked_in_groups_whose_results_are_not_cut(server, tmp_path):
    catalog = small()
    many = msgspec.structs.replace(catalog.frameworks[0], packages=[f"p{n}" for n in range(GROUP)] + ["It's_a\\name"])
    catalog = msgspec.structs.replace(catalog, frameworks=[many])
    planned = list(source(server, tmp_path, catalog=catalog).plan(dt.date(2026, 1, 1)))
    groups = [dict(request.params)["param_projects"] for request in planned]
    assert [group.count(",") + 1 for group in groups] == [GROUP, GROUP, 1, 1]
    assert r"'it\'s-a\\name'" in groups[0]
    assert GROUP < 1000


def test_a_pull_that_was_stopped_goes_on_where_it_stopped(server, feed, tmp_path):
    quota = as_html("Code: 201. DB::Exception: Quota exceeded", 500, X_ClickHouse_Exception_Code="201")
    feed.instead["2020"] = quota
    first = collect(source(server, tmp_path, wait_cap_s=300.0))
    assert (first[-1].status, first[-1].http_status) == ("rate_limited", 500)
    assert feed.asked == ["feed", "2016", "2017", "2018", "2019", "2020"]
    feed.instead.clear()
    feed.asked.clear()
    collect(source(server, tmp_path))
    assert feed.asked == list(map(str, range(2020, 2027)))
