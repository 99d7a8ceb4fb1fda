"""The official Trends API against a real server: operations, refusals, and a token that stays where it belongs."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from barometer.settings import Services
from sources.google_trends import GoogleTrends
from sources.landing import Landing
from sources.live import Context
from sources.protocol import Batch, Payload
from sources.trends_official import OfficialTrends
from tests.sources.live import NOW, Clock, collect, parsed
from tests.sources.replay import Answer, ReplayServer, as_html, as_json, gzip_bomb, replaying
from tests.support import shipped_catalog

TOKEN = "ya29.token-nobody-may-read"
START = "POST /v1alpha:fetchTimeSeries"
TERMS = ["keras", "pytorch", "tensorflow", "jax flax"]


def source_of(server: ReplayServer, folder: Path, clock: Clock | None = None, **services: Any) -> GoogleTrends:
    urls = {"google_trends": server.url, "trends_official": f"{server.url}/v1alpha"}
    options: dict[str, Any] = {"wait_cap_s": 0.0, "read_s": 0.3, "contact": "tests@example.org"} | services
    told = Services(urls, {"GOOGLE_TRENDS_TOKEN": TOKEN}, **options)
    return GoogleTrends(Context(shipped_catalog(), told, Landing(folder), clock or Clock()))


def point(week: dt.date, interest: float | None, **more: Any) -> dict[str, Any]:
    end = week + dt.timedelta(days=7)
    span = {"startTime": f"{week}T00:00:00Z", "endTime": f"{end}T00:00:00Z"}
    found = {"timeRange": span, "isPartial": False, "scaledSearchInterest": 12.3} | more
    return found if interest is None else found | {"searchInterest": interest}


def done(*points: dict[str, Any]) -> dict[str, Any]:
    return {"name": "operations/abc-1", "done": True, "response": {"timeSeries": {"points": list(points)}}, "new": 1}


GOOD = done(
    point(dt.date(2026, 11, 1), 0.0123),
    point(dt.date(2026, 11, 8), 0.0),
    point(dt.date(2026, 11, 15), None, isPartial=True),
)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(START, as_json({"name": "operations/abc-1"}))
        running.on("GET /v1alpha/operations/abc-1", [as_json({"name": "operations/abc-1"}), as_json(GOOD)])
        yield running


def test_one_operation_a_framework_asked_until_it_is_done(server: ReplayServer, tmp_path: Path) -> None:
    source = source_of(server, tmp_path)
    landed = collect(source)
    assert [entry.status for entry in landed] == ["ok"] * 4
    assert server.count(START) == 4
    specs = [json.loads(asked.body)["spec"] for asked in server.asked if asked.target == START]
    assert [spec["expression"]["terms"][0]["value"] for spec in specs] == TERMS
    # Whole weeks from Sunday, up to two days ago, within the 1,800 days that the API holds.
    assert {spec["timeRange"]["endTime"] for spec in specs} == {"2026-11-15T00:00:00Z"}
    start = dt.date.fromisoformat(specs[0]["timeRange"]["startTime"][:10])
    assert (start.weekday(), (NOW.date() - start).days <= 1800) == (6, True)
    assert all(asked.headers["Authorization"] == f"Bearer {TOKEN}" for asked in server.asked)


def test_rows_are_shares_with_nothing_kept_apart_from_zero(server: ReplayServer, tmp_path: Path) -> None:
    source = source_of(server, tmp_path)
    collect(source)
    rows = [row for row in parsed(source, "search_interest") if row["term"] == "keras"]
    assert [(row["period_start"], row["interest"], row["no_data"], row["is_partial"]) for row in rows] == [
        (dt.date(2026, 11, 1), 0.0123, False, False),
        (dt.date(2026, 11, 8), 0.0, False, False),
        (dt.date(2026, 11, 15), None, True, True),
    ]
    assert {(row["kind"], row["geo"], row["granularity"], row["below_one"]) for row in rows} == {
        ("official", "", "week", False)
    }


def test_the_token_switches_it_on_and_a_word_switches_it_off(server: ReplayServer, tmp_path: Path) -> None:
    assert source_of(server, tmp_path).missing() == ""
    switched_off = source_of(server, tmp_path, switched={"google_trends": False})
    assert [entry.status for entry in collect(switched_off)] == ["not_configured"]
    assert server.asked == []


def test_a_second_run_of_the_day_asks_nothing(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_of(server, tmp_path))
    server.asked.clear()
    assert collect(source_of(server, tmp_path)) == []
    assert server.asked == []


OPERATION = "GET /v1alpha/operations/abc-1"
FAULTS: list[tuple[str, str, Answer, str, str]] = [
    ("token refused", START, as_json({"error": {"message": f"bad {TOKEN}"}}, 401), "error", "GOOGLE_TRENDS_TOKEN anew"),
    ("not a tester", START, as_json({"error": {"message": "no"}}, 403), "error", "GOOGLE_TRENDS_TOKEN anew"),
    ("quota spent", START, as_json({"error": {}}, 429, Retry_After="86400"), "rate_limited", "86400"),
    ("server trouble", START, as_html("oops", 503), "error", "503"),
    ("repeats what it got", START, as_json({"error": f"who is {TOKEN}"}, 400), "error", "400"),
    (
        "operation failed",
        OPERATION,
        as_json({"done": True, "error": {"code": 3, "message": "term"}}),
        "error",
        "failed: term",
    ),
    ("never done", OPERATION, as_json({"name": "operations/abc-1"}), "error", "not done"),
    ("a name that leads elsewhere", START, as_json({"name": "../../elsewhere"}), "error", "no name to ask for"),
    ("done without a response", OPERATION, as_json({"done": True}), "error", "failed"),
    ("no points", OPERATION, as_json(done()), "no_data", "no figures"),
    ("points missing", OPERATION, as_json({"done": True, "response": {"timeSeries": {}}}), "no_data", "no figures"),
    (
        "a point of a day",
        OPERATION,
        as_json(
            done(
                point(
                    dt.date(2026, 11, 1),
                    1.0,
                    timeRange={"startTime": "2026-11-01T00:00:00Z", "endTime": "2026-11-02T00:00:00Z"},
                )
            )
        ),
        "error",
        "not a week",
    ),
    (
        "a time without a zone",
        OPERATION,
        as_json(
            done(
                point(
                    dt.date(2026, 11, 1),
                    1.0,
                    timeRange={"startTime": "2026-11-01T00:00:00", "endTime": "2026-11-08T00:00:00"},
                )
            )
        ),
        "error",
        "described",
    ),
    ("negative interest", OPERATION, as_json(done(point(dt.date(2026, 11, 1), -1.0))), "error", "below zero"),
    ("a page", OPERATION, as_html("<html>sign in</html>"), "error", "described"),
    ("broken tail", OPERATION, Answer(json.dumps(GOOD).encode()[:-5]), "error", "described"),
    (
        "another host",
        START,
        Answer(b"", 302, {"Location": "https://login.example.org/x"}),
        "error",
        "login.example.org",
    ),
    ("stalled", START, Answer(b"late", stall_s=1.0), "error", "connection"),
    ("cut connection", START, Answer(b"{" + b" " * 300, cut_at=10), "error", "connection"),
    ("gzip bomb", START, gzip_bomb(120), "error", "larger"),
]


@pytest.mark.parametrize(("name", "target", "answer", "status", "word"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_bad_day_is_a_labelled_gap_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, name: str, target: str, answer: Answer, status: str, word: str
) -> None:
    clock = Clock()
    source = source_of(server, tmp_path, clock)
    collect(source)
    before = parsed(source, "search_interest")
    clock.now = NOW + dt.timedelta(days=1)
    server.on(target, answer)
    landed = collect(source_of(server, tmp_path, clock))
    assert {entry.status for entry in landed} == {status}, name
    assert word in landed[0].message, landed[0]
    assert parsed(source_of(server, tmp_path, clock), "search_interest") == before


def test_the_token_is_nowhere_in_what_a_run_leaves(server: ReplayServer, tmp_path: Path) -> None:
    clock = Clock()
    for name, target, answer, _, _ in [("good", START, as_json({"name": "operations/abc-1"}), "", ""), *FAULTS[:5]]:
        clock.now += dt.timedelta(days=1)
        server.on(target, answer)
        for entry in collect(source_of(server, tmp_path, clock)):
            assert TOKEN not in repr(entry), name
    left = b""
    for path in tmp_path.rglob("*"):
        if path.is_file():
            left += gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert left
    assert TOKEN.encode() not in left
    assert TOKEN not in repr(source_of(server, tmp_path).context.services)


def key() -> str:
    folder = Path("never-written")
    services = Services({}, {"GOOGLE_TRENDS_TOKEN": TOKEN})
    context = Context(shipped_catalog(), services, Landing(folder), Clock())
    return next(iter(OfficialTrends(context, TOKEN).plan())).key


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.text(max_size=40).map(lambda text: json.dumps({"done": text}).encode()))
def test_any_bytes_give_rows_or_one_error(content: bytes) -> None:
    refused_or_read(content)


@settings(max_examples=150)
@given(
    st.sampled_from(["timeRange", "searchInterest", "isPartial"]),
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.sampled_from(["startTime", "endTime"]), st.text()),
)
def test_any_value_in_a_good_point_gives_rows_or_one_error(field: str, value: Any) -> None:
    refused_or_read(json.dumps(done(point(dt.date(2026, 11, 1), 1.0) | {field: value})).encode())


def refused_or_read(content: bytes) -> None:
    payload = Payload("google_trends", "search_interest", key(), NOW, content)
    refusal: SourceError | None = None
    batches: list[Batch] = []
    try:
        batches = list(OfficialTrends.parse(payload))
    except SourceError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.hint)
    assert all(len(row) == len(batch.columns) for batch in batches for row in batch.rows)


def test_the_website_is_not_asked_beside_it(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_of(server, tmp_path))
    assert {asked.path.split(":")[0].split("/")[1] for asked in server.asked} == {"v1alpha"}
