"""What lands of Google Trends' website, what is read of it, and what the next day asks for."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from sources.google_trends.comparisons import RECENT, YEAR_2020
from tests.sources.google_trends.service import (
    COOKIE,
    EXPLORE,
    MULTILINE,
    REGIONS,
    RELATED,
    TOPICS,
    asked_terms,
    explored,
    guarded,
    related,
    trends,
)
from tests.sources.live import NOW, Clock, collect, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html


def test_off_until_switched_on(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path)
    object.__setattr__(source.context.services, "switched", {})
    landed = collect(source)
    assert [(entry.status, "barometer import trends" in entry.message) for entry in landed] == [
        ("not_configured", True)
    ]
    assert server.asked == []


def test_a_good_day(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path)
    landed = collect(source)
    assert {entry.status for entry in landed} == {"ok"}
    # One cookie, an explore for topics and terms now and in 2020, and what hangs on them.
    counts = [server.count(target) for target in (COOKIE, EXPLORE, MULTILINE, REGIONS, RELATED)]
    assert counts == [1, 4, 4, 2, 4]
    spans = [json.loads(asked.query["req"])["comparisonItem"] for asked in server.asked if asked.target == EXPLORE]
    assert [[item["keyword"] for item in items] for items in spans[:2]] == [
        TOPICS,
        ["keras", "pytorch", "tensorflow", "jax flax"],
    ]
    assert [items[0]["time"] for items in spans] == [RECENT, RECENT, YEAR_2020, YEAR_2020]
    assert all("NID=511=abc" in asked.headers.get("Cookie", "") for asked in server.asked[1:])
    assert "barometer/" in server.asked[0].headers["User-Agent"]


def test_tokens_go_with_their_own_requests(server: ReplayServer, tmp_path: Path) -> None:
    collect(trends(server, tmp_path))
    for asked in server.asked:
        if asked.path.startswith("/api/widgetdata/"):
            assert asked.query["token"].endswith("-".join(asked_terms(asked)))


def test_zero_less_than_one_and_nothing_are_three_things(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path)
    collect(source)
    rows = [row for row in parsed(source, "search_interest") if row["kind"] == "topic"][:8]
    seen = [(row["interest"], row["below_one"], row["no_data"], row["is_partial"]) for row in rows]
    assert seen == [
        (0.0, False, False, False),
        (None, True, False, False),
        (None, False, True, False),
        (40.0, False, False, False),
        *[(3.0, False, False, True)] * 4,
    ]
    assert [row["term"] for row in rows[:4]] == TOPICS
    assert {(row["geo"], row["granularity"]) for row in rows} == {("", "week")}
    assert [row["period_start"] for row in rows[::4]] == [dt.date(2026, 11, 8), dt.date(2026, 11, 15)]


def test_countries_and_related_queries(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path)
    collect(source)
    regions = [row for row in parsed(source, "search_regions") if row["kind"] == "topic"]
    assert [(row["region"], row["share"], row["no_data"]) for row in regions] == [
        *[("DE", share, False) for share in (0.71, 0.29, 0.005, 0.0)],
        *[("TV", None, True)] * 4,
    ]
    queries = [row for row in parsed(source, "search_queries") if row["term"] == TOPICS[0]]
    assert [(row["ranking"], row["position"], row["query"], row["value"], row["is_breakout"]) for row in queries] == [
        ("top", 1, "x tutorial", 100.0, False),
        ("rising", 1, "x 4", 51_250.0, True),
        ("rising", 2, "x install", 160.0, False),
    ]


def test_the_same_day_asks_nothing_the_next_day_only_what_moves(server: ReplayServer, tmp_path: Path) -> None:
    clock = Clock()
    source = trends(server, tmp_path, clock=clock)
    collect(source)
    server.asked.clear()
    assert collect(trends(server, tmp_path, clock=clock)) == []
    assert server.asked == []
    clock.now = NOW + dt.timedelta(days=1)
    landed = collect(trends(server, tmp_path, clock=clock))
    assert [entry.request.split("?")[0] for entry in landed] == [EXPLORE, MULTILINE] * 2
    assert all("today" in entry.request for entry in landed)
    clock.now = NOW + dt.timedelta(days=8)
    server.asked.clear()
    collect(trends(server, tmp_path, clock=clock))
    assert [server.count(target) for target in (EXPLORE, MULTILINE, REGIONS, RELATED)] == [2, 2, 2, 4]


def test_a_pull_that_stopped_goes_on_where_it_stopped(server: ReplayServer, tmp_path: Path) -> None:
    server.on(RELATED, [related_once(), as_html("<html>429</html>", 429)])
    first = collect(trends(server, tmp_path))
    assert first[-1].status == "rate_limited"
    server.on(RELATED, related)
    server.asked.clear()
    second = collect(trends(server, tmp_path))
    # The explore reply again for its tokens, and the three rankings that are missing.
    assert [server.count(target) for target in (EXPLORE, MULTILINE, REGIONS, RELATED)] == [1, 0, 0, 3]
    assert {entry.status for entry in second} == {"ok"}


def related_once() -> Answer:
    return guarded({"default": {"rankedList": [{"rankedKeyword": []}, {"rankedKeyword": [ranked("y")]}]}})


def ranked(query: str) -> dict[str, Any]:
    return {"query": query, "value": 7, "formattedValue": "+7%", "hasData": True}


def test_it_stops_at_the_second_refusal(server: ReplayServer, tmp_path: Path) -> None:
    server.on(MULTILINE, as_html("<title>Too Many Requests</title>", 429, Retry_After="0"))
    landed = collect(trends(server, tmp_path, wait_cap_s=100.0))
    assert server.count(MULTILINE) == 2
    assert [(entry.status, entry.http_status) for entry in landed] == [("ok", 200), ("rate_limited", 429)]
    assert "refused 2 times" in landed[-1].message


def test_over_quota_keeps_how_google_classes_us(server: ReplayServer, tmp_path: Path) -> None:
    server.on(EXPLORE, lambda asked: guarded(explored(asked, "USER_TYPE_EMBED_OVER_QUOTA"), ")]}'\n"))
    landed = collect(trends(server, tmp_path))
    assert [entry.status for entry in landed] == ["rate_limited", "rate_limited"]
    assert all("USER_TYPE_EMBED_OVER_QUOTA" in entry.message for entry in landed)
    assert server.count(MULTILINE) == 0


def test_a_topic_that_google_calls_otherwise_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    def other(asked: Asked) -> Answer:
        reply = explored(asked)
        for found in reply["keywords"]:
            found["name"] = found["name"].replace("JAX", "Jacksonville")
        return guarded(reply, ")]}'\n")

    source = trends(server.on(EXPLORE, other), tmp_path)
    landed = collect(source)
    wrong = [entry for entry in landed if entry.status == "error"]
    assert wrong
    assert all("is 'Jacksonville' to Google, not JAX" in entry.message for entry in wrong)
    assert {row["kind"] for row in parsed(source, "search_interest")} == {"term"}


def test_a_widget_that_google_does_not_offer_is_no_data(server: ReplayServer, tmp_path: Path) -> None:
    def without(asked: Asked) -> Answer:
        reply = explored(asked)
        reply["widgets"] = [found for found in reply["widgets"] if not found["id"].startswith("GEO_MAP")]
        return guarded(reply, ")]}'\n")

    landed = collect(trends(server.on(EXPLORE, without), tmp_path))
    assert [entry.status for entry in landed if "comparedgeo" in entry.request] == ["no_data", "no_data"]
    assert server.count(REGIONS) == 0


def test_a_comparison_without_a_time_line_does_not_get_that_of_the_one_before(
    server: ReplayServer, tmp_path: Path
) -> None:
    def topics_alone(asked: Asked) -> Answer:
        reply = explored(asked)
        if "keras" in asked.query["req"]:
            reply["widgets"] = []
        return guarded(reply, ")]}'\n")

    source = trends(server.on(EXPLORE, topics_alone), tmp_path)
    landed = collect(source)
    found = [(entry.status, "kind=term" in entry.request) for entry in landed if "multiline" in entry.request]
    assert found == [("ok", False), ("no_data", True)] * 2
    assert {row["kind"] for row in parsed(source, "search_interest")} == {"topic"}


def test_without_a_cookie_it_asks_all_the_same(server: ReplayServer, tmp_path: Path) -> None:
    server.on(COOKIE, as_html("<html></html>"))
    assert {entry.status for entry in collect(trends(server, tmp_path))} == {"ok"}


def test_a_run_across_midnight_keeps_the_day_of_each_reply(server: ReplayServer, tmp_path: Path) -> None:
    moments = iter(dt.datetime(2027, 2, 28, 23, 59, 30) + dt.timedelta(seconds=5 * i) for i in range(10_000))
    landed = collect(trends(server, tmp_path, clock=lambda: next(moments)))
    assert {entry.status for entry in landed} == {"ok"}
    assert {entry.fetched_at.date() for entry in landed} == {dt.date(2027, 2, 28), dt.date(2027, 3, 1)}
