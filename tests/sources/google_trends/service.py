"""Google Trends' website as it answers on a good day, and the source that asks it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from sources.google_trends import GoogleTrends
from sources.google_trends.comparisons import RECENT, Comparison
from tests.sources.live import live_source
from tests.sources.replay import Answer, Asked, ReplayServer, as_html

COOKIE, EXPLORE = "GET /explore/", "POST /api/explore"
MULTILINE, REGIONS, RELATED = (
    f"GET /api/widgetdata/{name}" for name in ("multiline", "comparedgeo", "relatedsearches")
)
TOPICS = ["/g/11c1r2rvnp", "/g/11gd3905v1", "/g/11bwp1s2k3", "/g/11t6my1_gw"]
NAMES = dict(zip(TOPICS, ("Keras", "PyTorch", "TensorFlow", "JAX"), strict=True))
WEEK = 7 * 86_400
FIRST = int(dt.datetime(2026, 11, 8, tzinfo=dt.UTC).timestamp())


def guarded(value: Any, prefix: str = ")]}',\n", status: int = 200) -> Answer:
    """A reply as Google sends it: JSON behind a line that keeps browsers from running it."""
    return Answer((prefix + json.dumps(value)).encode(), status, {"Content-Type": "application/json; charset=utf-8"})


def widget(name: str, terms: list[str], **request: Any) -> dict[str, Any]:
    config = {"userConfig": {"userType": "USER_TYPE_SCRAPER"}, "locale": "en-US"}
    return {"id": name, "token": f"T-{name}-{'-'.join(terms)}", "request": {"terms": terms, **config, **request}}


def explored(asked: Asked, user: str = "USER_TYPE_SCRAPER") -> dict[str, Any]:
    """An explore reply for what was asked."""
    terms = [item["keyword"] for item in json.loads(asked.query["req"])["comparisonItem"]]
    restricted = [
        {"restriction": {"complexKeywordsRestriction": {"keyword": [{"type": "BROAD", "value": term}]}}}
        for term in terms
    ]
    widgets = [widget("TIMESERIES", terms), widget("GEO_MAP", terms)]
    widgets += [widget(f"GEO_MAP_{i}", [term]) for i, term in enumerate(terms)]
    widgets += [widget(f"RELATED_QUERIES_{i}", [term], **restricted[i]) for i, term in enumerate(terms)]
    for one in widgets:
        one["request"]["userConfig"]["userType"] = user
    keywords = [{"keyword": term, "name": NAMES.get(term, term), "type": "Software"} for term in terms]
    return {"widgets": widgets, "keywords": keywords, "timeRanges": ["x"], "somethingNew": {"a": [1]}}


def point(position: int, values: list[float], shown: list[str] | None = None, **more: Any) -> dict[str, Any]:
    texts = shown or [f"{value:g}" for value in values]
    time = str(FIRST + position * WEEK)
    return {
        "time": time,
        "formattedTime": "Nov 8 – 14, 2026",
        "value": values,
        "hasData": [text != "" for text in texts],
        "formattedValue": texts,
    } | more


def timeline(points: list[dict[str, Any]]) -> dict[str, Any]:
    return {"default": {"timelineData": points, "averages": []}}


def asked_terms(asked: Asked) -> list[str]:
    terms: list[str] = json.loads(asked.query["req"])["terms"]
    return terms


def weeks(asked: Asked) -> Answer:
    """Two weeks: the first holds 0, "<1", nothing and 40; the last is running."""
    count = len(asked_terms(asked))
    first = point(0, [0, 0, 0, 40][-count:], ["0", "<1", "", "40"][-count:])
    return guarded(timeline([first, point(1, [3.0] * count, isPartial=True)]))


def countries(asked: Asked) -> Answer:
    count = len(asked_terms(asked))
    shares = [71, 29, 0, 0][:count]
    known = {"geoCode": "DE", "geoName": "Germany", "value": shares, "maxValueIndex": 0}
    known |= {"hasData": [True] * count, "formattedValue": ["71%", "29%", "<1%", "0%"][:count]}
    empty = {"geoCode": "TV", "geoName": "Tuvalu", "value": [0] * count, "maxValueIndex": 0}
    empty |= {"hasData": [False] * count, "formattedValue": [""] * count}
    return guarded({"default": {"geoMapData": [known, empty]}})


def related(asked: Asked) -> Answer:
    top = [{"query": "x tutorial", "value": 100, "formattedValue": "100", "hasData": True, "link": "/trends/x"}]
    rising = [
        {"query": "x 4", "value": 51_250, "formattedValue": "Breakout", "link": "/trends/y"},
        {"query": "x install", "value": 160, "formattedValue": "+160%", "link": "/trends/z"},
    ]
    return guarded({"default": {"rankedList": [{"rankedKeyword": top}, {"rankedKeyword": rising}]}})


def serve(server: ReplayServer) -> ReplayServer:
    """Everything as Google answers on a good day: the page for the cookie is a 404 that sets it."""
    server.on(COOKIE, as_html("<title>Error 404</title>", 404, Set_Cookie="NID=511=abc; path=/"))
    server.on(EXPLORE, lambda asked: guarded(explored(asked), ")]}'\n"))
    return server.on(MULTILINE, weeks).on(REGIONS, countries).on(RELATED, related)


def trends(server: ReplayServer, folder: Path, **options: Any) -> GoogleTrends:
    source = live_source("google_trends", server.url, folder, **options)
    assert isinstance(source, GoogleTrends)
    return source


def key(path: str, **named: Any) -> str:
    """The key of the first planned question of that kind."""
    comparison = Comparison("topic", tuple(TOPICS), named.get("time", RECENT))
    return comparison.request(f"/api{path}", named.get("about", "")).key


def series(*points: dict[str, Any]) -> Answer:
    return guarded(timeline(list(points)))


def four(position: int, **more: Any) -> dict[str, Any]:
    return point(position, [1, 2, 3, 4], **more)
