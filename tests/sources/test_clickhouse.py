"""The contract with ClickHouse's public server, on a server that answers as it does."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given

from barometer.catalog import Catalog, load_catalog
from barometer.errors import SourceError
from sources.clickhouse import GROUP
from sources.protocol import Payload
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying
from tests.sources.test_http import damaged, faults, read
from tests.support import ROOT

TABLE = "package_downloads_month"
FRESH = "2026-11-21"
YEARS = list(range(2016, 2027))


class Feed:
    """Answers like the server: `until` is where the feed ends, `packages` what it has from 2025 on."""

    def __init__(self) -> None:
        self.until = FRESH
        self.packages = {"keras": [("pip", 60), ("bandersnatch", 5)], "torch": [("uv", 7), ("", 1)]}
        self.asked: list[str] = []
        self.instead: dict[str, Answer] = {}

    def __call__(self, asked: Asked) -> Answer:
        year = asked.query.get("param_first", "feed")[:4]
        self.asked.append(year)
        if year in self.instead:
            return self.instead[year]
        return as_json(self.feed() if year == "feed" else self.year(int(year)))

    def feed(self) -> dict[str, Any]:
        return {"meta": [{"name": "feed_until", "type": "Date"}], "data": [{"feed_until": self.until}], "rows": 1}

    def year(self, year: int) -> dict[str, Any]:
        data = [
            {
                "project": name,
                "feed_until": self.until,
                "months": [f"{year}-01-01" for _ in found],
                "installers": [installer for installer, _ in found],
                "downloads": [count for _, count in found],
            }
            for name, found in self.packages.items()
            if year >= 2025
        ]
        return {"meta": [], "data": data, "rows": len(data), "statistics": {"elapsed": 0.01}}


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def server(feed: Feed) -> Iterator[ReplayServer]:
    with replaying() as running:
        yield running.on("POST /", feed)


def small() -> Catalog:
    catalog = load_catalog(ROOT / "catalog.toml")
    frameworks = [msgspec.structs.replace(framework, companions=[]) for framework in catalog.frameworks[:2]]
    return msgspec.structs.replace(catalog, frameworks=frameworks)


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("clickhouse", server.url, folder, **({"catalog": small()} | options))


def rows(asking: Any) -> list[tuple]:
    """Everything that landed with figures, as the loader reads it."""
    landing = asking.context.landing
    kept = [entry for entry in landing.entries("clickhouse") if entry.sha256 and entry.status != "error"]
    return [tuple(row.values()) for row in parsed(asking, TABLE, [landing.payload(entry) for entry in kept])]


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


# ---- a feed that stalls


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


# ---- what is asked when


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
    whole = source(server, tmp_path, catalog=load_catalog(ROOT / "catalog.toml"))
    assert not set(keys) & {request.key for request in whole.plan()}


def test_since_leaves_earlier_years_out(server, feed, tmp_path):
    collect(source(server, tmp_path), since=dt.date(2025, 12, 31))
    assert feed.asked == ["feed", "2025", "2026"]
    assert list(source(server, tmp_path).plan(dt.date(2027, 1, 1))) == []


def test_another_package_in_the_catalogue_asks_all_years_again(server, feed, tmp_path):
    collect(source(server, tmp_path))
    feed.asked.clear()
    collect(source(server, tmp_path, catalog=load_catalog(ROOT / "catalog.toml")))
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


# ---- what goes wrong


def exception(code: int, http: int, text: str) -> Answer:
    return as_html(f"Code: {code}. DB::Exception: {text}", http, X_ClickHouse_Exception_Code=str(code))


def year(**changed: Any) -> Answer:
    data = {
        "project": "keras",
        "feed_until": FRESH,
        "months": ["2026-01-01", "2026-02-01"],
        "installers": ["pip", "pip"],
        "downloads": ["1", 2],
    }
    return as_json({"data": [data | changed], "rows": 1})


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
    known = {entry.key: entry for entry in load_catalog(ROOT / "catalog.toml").datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("clickhouse" in known[key].sources for key in source.datasets)
