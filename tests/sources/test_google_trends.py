"""Google Trends' website against a real server: what lands, what is read, and when it stops."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.catalog import Catalog, load_catalog
from barometer.errors import SourceError
from sources.google_trends import GoogleTrends
from sources.google_trends.comparisons import RECENT, YEAR_2020, Comparison, comparisons
from sources.google_trends.replies import interest_rows
from sources.protocol import Batch, Payload
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, gzip_bomb, replaying
from tests.support import ROOT

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


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        yield serve(running)


def trends(server: ReplayServer, folder: Path, **options: Any) -> GoogleTrends:
    source = live_source("google_trends", server.url, folder, **options)
    assert isinstance(source, GoogleTrends)
    return source


def key(path: str, **named: Any) -> str:
    """The key of the first planned question of that kind."""
    comparison = Comparison("topic", tuple(TOPICS), named.get("time", RECENT))
    return comparison.request(f"/api{path}", named.get("about", "")).key


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


def series(*points: dict[str, Any]) -> Answer:
    return guarded(timeline(list(points)))


def four(position: int, **more: Any) -> dict[str, Any]:
    return point(position, [1, 2, 3, 4], **more)


# name, the question that fails, its answer, the status of its line, a word of its message
FAULTS: list[tuple[str, str, Answer, str, str]] = [
    ("refused", MULTILINE, as_html("<title>Too Many Requests</title>", 429), "rate_limited", "429"),
    ("refused at the cookie", COOKIE, as_html("<title>Too Many Requests</title>", 429), "rate_limited", "429"),
    ("refused at explore", EXPLORE, as_html("<title>Too Many Requests</title>", 429), "rate_limited", "429"),
    ("related queries refused", RELATED, as_html("<title>Too Many Requests</title>", 429), "rate_limited", "429"),
    ("wait beyond the cap", MULTILINE, as_html("wait", 429, Retry_After="3600"), "rate_limited", "3600"),
    ("consent page", MULTILINE, as_html("<html><script>{}</script>Before you continue</html>"), "error", "consent"),
    ("consent page at explore", EXPLORE, as_html("<html><body>Before you continue"), "error", "consent"),
    ("bad request", EXPLORE, as_html("<title>Error 400</title>", 400), "error", "400"),
    ("forbidden", MULTILINE, as_html("<title>Error 403</title>", 403), "error", "403"),
    ("server trouble", MULTILINE, as_html("oops", 503), "error", "503"),
    ("gone", MULTILINE, as_html("none", 404), "error", "404"),
    (
        "another host",
        EXPLORE,
        Answer(b"", 302, {"Location": "https://consent.example.org/m"}),
        "error",
        "consent.example",
    ),
    (
        "broken tail",
        MULTILINE,
        Answer(b")]}',\n" + json.dumps(timeline([four(0)])).encode()[:-9]),
        "error",
        "described",
    ),
    ("cut connection", MULTILINE, Answer(b")]}',\n{" + b" " * 400, cut_at=20), "error", "connection"),
    ("stalled", MULTILINE, Answer(b"late", stall_s=1.2), "error", "connection"),
    ("gzip bomb", MULTILINE, gzip_bomb(120), "error", "larger"),
    ("no prefix and no JSON", MULTILINE, Answer(b"plain text"), "error", "no data"),
    ("empty body", MULTILINE, Answer(b""), "error", "empty"),
    ("no points", MULTILINE, series(), "no_data", "no figures"),
    ("values missing", MULTILINE, series(four(0, value=[1, 2])), "error", "values for 4 terms"),
    (
        "hasData missing",
        MULTILINE,
        series({"time": str(FIRST), "value": [1] * 4, "formattedValue": ["1"] * 4}),
        "error",
        "hasData",
    ),
    ("null value", MULTILINE, series(four(0, value=[1, None, 3, 4])), "error", "null"),
    ("text for a value", MULTILINE, series(four(0, value=["1", 2, 3, 4])), "error", "str"),
    ("above a hundred", MULTILINE, series(four(0, value=[101, 2, 3, 4])), "error", "between 0 and 100"),
    ("time is no number", MULTILINE, series(four(0, time="yesterday")), "error", "yesterday"),
    ("time beyond all days", MULTILINE, series(four(0, time="9" * 30)), "error", "number of seconds"),
    ("by the hour", MULTILINE, series(four(0), four(0, time=str(FIRST + 3600))), "error", "days apart"),
    ("no widgets", EXPLORE, guarded({"keywords": []}, ")]}'\n"), "error", "widgets"),
    ("no time line offered", EXPLORE, guarded({"widgets": []}, ")]}'\n"), "no_data", "offers no"),
    ("no countries", REGIONS, guarded({"default": {"geoMapData": []}}), "no_data", "no figures"),
    (
        "cities for countries",
        REGIONS,
        guarded({"default": {"geoMapData": [{"coordinates": {"lat": 1, "lng": 2}}]}}),
        "error",
        "geoCode",
    ),
    ("no related queries", RELATED, guarded({"default": {"rankedList": []}}), "no_data", "no figures"),
    (
        "ranking without a value",
        RELATED,
        guarded({"default": {"rankedList": [{"rankedKeyword": [{"query": "x"}]}]}}),
        "error",
        "value",
    ),
]


@pytest.mark.parametrize(("name", "target", "answer", "status", "word"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_bad_day_is_a_labelled_gap_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, name: str, target: str, answer: Answer, status: str, word: str
) -> None:
    clock = Clock()
    source = trends(server, tmp_path, clock=clock, read_s=0.3)
    collect(source)
    before = {table: parsed(source, table) for table in ("search_interest", "search_regions")}
    clock.now = NOW + dt.timedelta(days=8)
    server.on(target, answer)
    again = trends(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(again)
    path = target.split()[1]
    bad = [entry for entry in landed if entry.status != "ok"]
    assert bad, name
    first = next((entry for entry in bad if path in entry.request), bad[0])
    assert (first.status, word in first.message) == (status, True), first
    # No row comes of a bad reply, and every row of the good day is still read as it was.
    if target == MULTILINE:
        assert not [e for e in landed if e.status == "ok" and "multiline" in e.request]
    for table, rows in before.items():
        after = parsed(again, table)
        assert after[: len(rows)] == rows
    for entry in bad:
        if entry.sha256 and entry.status == "error":
            with pytest.raises(SourceError):
                list(again.parse(again.context.landing.payload(entry)))


def test_a_bad_reply_is_asked_for_again_on_the_same_day(server: ReplayServer, tmp_path: Path) -> None:
    server.on(MULTILINE, as_html("<html>consent</html>"))
    collect(trends(server, tmp_path))
    server.on(MULTILINE, weeks)
    source = trends(server, tmp_path)
    assert {entry.status for entry in collect(source)} == {"ok"}
    assert len(parsed(source, "search_interest")) == 4 * 8


def test_without_a_cookie_it_asks_all_the_same(server: ReplayServer, tmp_path: Path) -> None:
    server.on(COOKIE, as_html("<html></html>"))
    assert {entry.status for entry in collect(trends(server, tmp_path))} == {"ok"}


def test_days_weeks_and_months_are_told_by_their_steps() -> None:
    comparison = Comparison("term", ("a",))

    def of(*days: dt.date) -> list[str]:
        points = [
            {"time": str(int(dt.datetime(d.year, d.month, d.day, tzinfo=dt.UTC).timestamp()))}
            | {"value": [1], "hasData": [True], "formattedValue": ["1"]}
            for d in days
        ]
        return [row[4] for row in interest_rows(json.dumps(timeline(points)).encode(), comparison).rows]

    assert of(dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1)) == ["day"] * 3
    assert of(dt.date(2024, 2, 25), dt.date(2024, 3, 3)) == ["week"] * 2
    assert of(dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1)) == ["month"] * 3


def test_more_than_five_frameworks_share_an_anchor(tmp_path: Path) -> None:
    catalog = wide_catalog(tmp_path)
    terms = [comparison.keywords for comparison in comparisons(catalog, "term")]
    assert [len(batch) for batch in terms] == [5, 3]
    assert {batch[0] for batch in terms} == {"tensorflow"}
    assert sorted(name for batch in terms for name in batch[1:]) == [
        "caffe",
        "chainer",
        "jax flax",
        "keras",
        "pytorch",
        "theano",
    ]
    assert [comparison.keywords for comparison in comparisons(catalog, "topic")] == [tuple(TOPICS)]


def wide_catalog(folder: Path, names: tuple[str, ...] = ("theano", "caffe", "chainer")) -> Catalog:
    """The project's catalogue with more frameworks that are searched for."""
    added = "".join(
        f'\n[[frameworks]]\nkey = "{name}"\nlabel = "{name.title()}"\ncolour = "#56B4E9"\nshape = "cross"\n'
        f'packages = ["{name}"]\nsearch_terms = ["{name}"]\n'
        for name in names
    )
    path = folder / "wide.toml"
    path.write_text((ROOT / "catalog.toml").read_text(encoding="utf-8") + added, encoding="utf-8")
    return load_catalog(path)


def test_every_framework_of_a_wide_catalogue_is_asked_for(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path / "landing", catalog=wide_catalog(tmp_path))
    server.on(MULTILINE, lambda asked: series(point(0, [1.0] * len(asked_terms(asked)))))
    server.on(REGIONS, as_html("none", 404))
    collect(source)
    found = {row["term"] for row in parsed(source, "search_interest")}
    assert {"theano", "caffe", "chainer", "tensorflow", *TOPICS} <= found


REQUESTS = [key("/explore"), key("/widgetdata/multiline"), key("/widgetdata/comparedgeo")]
REQUESTS += [key("/widgetdata/relatedsearches", about=TOPICS[0]), "GET /elsewhere", ""]


def read_or_refuse(content: bytes, request: str) -> None:
    folder = Path("never-written")
    source = live_source("google_trends", "http://127.0.0.1:1", folder)
    refusal: SourceError | None = None
    batches: list[Batch] = []
    try:
        batches = list(source.parse(Payload("google_trends", "search_interest", request, NOW, content)))
    except SourceError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.hint)
    assert all(len(row) == len(batch.columns) for batch in batches for row in batch.rows)


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(REQUESTS), st.booleans())
def test_any_bytes_give_rows_or_one_error(content: bytes, request: str, guarded_body: bool) -> None:
    read_or_refuse(b")]}',\n{" + content if guarded_body else content, request)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(VALUES, st.sampled_from(["time", "value", "hasData", "formattedValue", "isPartial"]))
def test_any_value_in_a_good_point_gives_rows_or_one_error(value: Any, field: str) -> None:
    content = json.dumps(timeline([four(0), four(1, **{field: value})])).encode()
    read_or_refuse(content, key("/widgetdata/multiline"))


def test_deep_nesting_is_refused() -> None:
    read_or_refuse(b'{"default":' + b"[" * 100_000, key("/widgetdata/multiline"))


def test_a_run_across_midnight_keeps_the_day_of_each_reply(server: ReplayServer, tmp_path: Path) -> None:
    moments = iter(dt.datetime(2027, 2, 28, 23, 59, 30) + dt.timedelta(seconds=5 * i) for i in range(10_000))
    landed = collect(trends(server, tmp_path, clock=lambda: next(moments)))
    assert {entry.status for entry in landed} == {"ok"}
    assert {entry.fetched_at.date() for entry in landed} == {dt.date(2027, 2, 28), dt.date(2027, 3, 1)}
