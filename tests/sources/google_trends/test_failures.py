"""A bad day at Google Trends is a gap with its reason, and loses nothing that was read before."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from barometer.errors import SourceError
from tests.sources.google_trends.service import (
    COOKIE,
    EXPLORE,
    FIRST,
    MULTILINE,
    REGIONS,
    RELATED,
    four,
    guarded,
    series,
    timeline,
    trends,
    weeks,
)
from tests.sources.live import NOW, Clock, collect, parsed
from tests.sources.replay import Answer, ReplayServer, as_html, gzip_bomb

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
