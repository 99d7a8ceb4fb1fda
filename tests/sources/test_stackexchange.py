"""Stack Exchange: counts by month and tag, every way the service refuses, and what is asked again when."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.protocol import Payload
from sources.stackexchange import UNANSWERED, StackExchange
from tests.sources.faults import check_gap, read_rows
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, gzip_bomb, replaying

NOVEMBER = dt.date(2026, 11, 1)
QUESTIONS = "GET /2.3/questions"
NO_ANSWERS = f"GET {UNANSWERED}"
GOOD = {"total": 231, "quota_max": 300, "quota_remaining": 271, "has_more": False}
THROTTLED = {
    "error_id": 502,
    "error_name": "throttle_violation",
    "error_message": "too many requests from this IP, more requests available in 81321 seconds",
}


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as server:
        yield server.on(QUESTIONS, zipped(GOOD)).on(NO_ANSWERS, zipped(GOOD | {"total": 57}))


def zipped(value: Any, status: int = 200) -> Answer:
    """A reply as this service sends it: always compressed."""
    return Answer(gzip.compress(json.dumps(value).encode()), status, {"Content-Encoding": "gzip"})


def source_at(server: ReplayServer, folder: Path, now: dt.datetime, **options: Any) -> StackExchange:
    source = live_source("stackexchange", server.url, folder, clock=Clock(now), **options)
    assert isinstance(source, StackExchange)
    return source


def rows_of(source: StackExchange) -> list[dict[str, Any]]:
    return parsed(source, "questions_monthly") + parsed(source, "questions_unanswered")


def test_a_month_of_every_tag_becomes_rows_of_both_tables(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23, 6))

    landed = collect(source, NOVEMBER)

    assert [entry.status for entry in landed] == ["ok"] * 8
    assert parsed(source, "questions_monthly") == [
        {
            "population": "stackexchange-live",
            "tag": tag,
            "month": NOVEMBER,
            "questions": 231,
            "is_partial": True,
            "note": None,
        }
        for tag in ("keras", "pytorch", "tensorflow", "jax")
    ]
    first = parsed(source, "questions_unanswered")[0]
    assert first == {
        "population": "stackexchange-live",
        "tag": "keras",
        "month": NOVEMBER,
        "unanswered": 57,
        "is_partial": True,
    }
    asked = server.asked[0].query
    assert asked["site"] == "stackoverflow"
    # Both ends are inside: from the first second of the month to its last, UTC.
    assert (asked["fromdate"], asked["todate"]) == ("1793491200", "1796083199")


def test_a_leap_february_has_29_days_and_is_partial_until_it_is_over(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path, dt.datetime(2028, 2, 29, 23, 59, 59))
    collect(source, dt.date(2028, 2, 1))
    asked = server.asked[0].query
    assert int(asked["todate"]) - int(asked["fromdate"]) == 29 * 86_400 - 1
    assert {row["is_partial"] for row in rows_of(source)} == {True}

    after = source_at(server, tmp_path, dt.datetime(2028, 3, 1))
    collect(after, dt.date(2028, 2, 1))
    months = [(row["month"], row["is_partial"]) for row in parsed(after, "questions_monthly") if row["tag"] == "jax"]
    assert months == [
        (dt.date(2028, 2, 1), True),
        (dt.date(2028, 3, 1), True),
        (dt.date(2028, 2, 1), False),
    ]


def test_a_run_across_a_month_s_last_midnight_keeps_its_months_and_marks_each_count_by_its_own_time(
    server: ReplayServer, tmp_path: Path
) -> None:
    clock = Clock(dt.datetime(2026, 11, 30, 23, 59, 59))
    source = live_source("stackexchange", server.url, tmp_path, clock=clock)

    def midnight_at_the_third(asked: Asked) -> Answer:
        if server.count() == 3:
            clock.now = dt.datetime(2026, 12, 1, 0, 0, 1)
        return zipped(GOOD)

    server.on(QUESTIONS, midnight_at_the_third)
    collect(source, NOVEMBER)
    rows = parsed(source, "questions_monthly")
    assert [(row["month"], row["is_partial"]) for row in rows] == [
        (NOVEMBER, True),
        (NOVEMBER, True),
        (NOVEMBER, False),
        (NOVEMBER, False),
    ]


def test_newest_months_come_first_and_old_ones_last(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23))
    plan = list(source.plan())
    months = [dt.datetime.fromtimestamp(int(dict(r.params)["fromdate"]), dt.UTC).date() for r in plan]
    recent = 24 * 4
    assert months[0] == NOVEMBER
    assert months[:recent] == sorted(months[:recent], reverse=True)
    assert months[recent - 1] == dt.date(2024, 12, 1)
    assert {request.path for request in plan[recent : 2 * recent]} == {UNANSWERED}
    assert months[-1] == dt.date(2015, 1, 1)


@pytest.mark.parametrize(
    ("later", "months_asked"),
    [
        (dt.datetime(2026, 11, 23, 23, 59), []),
        (dt.datetime(2026, 11, 24), ["2026-11"]),
        (dt.datetime(2026, 12, 1), ["2026-12", "2026-11", "2026-10"]),
    ],
)
def test_what_is_asked_again_and_when(
    server: ReplayServer, tmp_path: Path, later: dt.datetime, months_asked: list[str]
) -> None:
    since = dt.date(2026, 10, 1)
    collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23)), since)
    server.asked.clear()

    collect(source_at(server, tmp_path, later), since)

    asked = [dt.datetime.fromtimestamp(int(a.query["fromdate"]), dt.UTC).strftime("%Y-%m") for a in server.asked]
    assert list(dict.fromkeys(asked)) == months_asked


def test_months_older_than_two_years_are_settled_once_read_after_their_end(
    server: ReplayServer, tmp_path: Path
) -> None:
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23))
    old = next(r for r in source.plan() if dict(r.params)["fromdate"] == "1577836800")
    for payload in source.ask(old):
        source.context.landing.land(payload, "test")
    assert source_at(server, tmp_path, dt.datetime(2031, 1, 1)).is_answered(old)


FAULTS: dict[str, tuple[Answer, str, str]] = {
    "throttled, 400 with error 502": (zipped(THROTTLED, 400), "rate_limited", "81321 s"),
    "throttled without seconds": (zipped({"error_id": 502}, 400), "rate_limited", "60 s"),
    "another 400": (zipped({"error_id": 400, "error_message": "bad parameter"}, 400), "error", "bad parameter"),
    "400 that is no JSON": (as_html("<h1>Bad request</h1>", 400), "error", "Bad request"),
    "429 in HTML": (as_html("<h1>Too many</h1>", 429), "rate_limited", "429"),
    "500": (as_html("oh", 500), "error", "500"),
    "404": (as_html("no method", 404), "error", "404"),
    "no total": (zipped({"quota_max": 300}), "error", "total"),
    "total null": (zipped(GOOD | {"total": None}), "error", "total"),
    "total quoted": (zipped(GOOD | {"total": "231"}), "error", "total"),
    "total negative": (zipped(GOOD | {"total": -1}), "error", "total"),
    "error in a 200": (zipped(THROTTLED), "error", "total"),
    "empty body": (Answer(b""), "error", "empty"),
    "broken tail": (Answer(json.dumps(GOOD).encode()[:-4]), "error", ""),
    "broken compression": (
        Answer(gzip.compress(b"{}")[:-9] + b"xx", headers={"Content-Encoding": "gzip"}),
        "error",
        "",
    ),
    "cut connection": (Answer(json.dumps(GOOD).encode(), cut_at=9), "error", "connection"),
    "stalled": (Answer(b"{}", stall_s=1.0), "error", "connection"),
    "another host": (Answer(b"", 302, {"Location": "http://localhost:1/2.3/questions"}), "error", "another host"),
    "gzip bomb": (gzip_bomb(120), "error", "larger than"),
}


@pytest.mark.parametrize(("fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, fault: Answer, status: str, message: str
) -> None:
    good = source_at(server, tmp_path, dt.datetime(2026, 11, 23))
    again = source_at(server, tmp_path, dt.datetime(2026, 11, 24), read_s=0.3)
    spoil = partial(setattr, server, "trouble", fault)
    landed = check_gap(good, again, spoil, rows_of, status, message, NOVEMBER)
    if status == "rate_limited":
        assert len(landed) == 1


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23))
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=1000)
    server.on(QUESTIONS, as_json(GOOD | {"padding": "x" * 2000}))
    assert collect(source, NOVEMBER)[0].status == "error"
    assert not parsed(source, "questions_monthly")


def test_the_pull_goes_on_where_a_refusal_ended_it(server: ReplayServer, tmp_path: Path) -> None:
    server.on(QUESTIONS, [zipped(GOOD), zipped(GOOD), zipped(THROTTLED, 400)])
    now = dt.datetime(2026, 11, 23, 6)
    assert [e.status for e in collect(source_at(server, tmp_path, now), NOVEMBER)] == ["ok", "ok", "rate_limited"]

    server.on(QUESTIONS, zipped(GOOD))
    server.asked.clear()
    source = source_at(server, tmp_path, now + dt.timedelta(hours=2))
    assert {entry.status for entry in collect(source, NOVEMBER)} == {"ok"}
    assert [asked.query["tagged"] for asked in server.asked][:2] == ["tensorflow", "jax"]
    assert len(rows_of(source)) == 8


def test_backoff_is_obeyed_before_the_next_request(server: ReplayServer, tmp_path: Path) -> None:
    server.on(QUESTIONS, [zipped(GOOD | {"backoff": 7}), zipped(GOOD)])
    waits: list[float] = []
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23), wait_cap_s=10.0)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = waits.append

    landed = collect(source, NOVEMBER)

    assert {entry.status for entry in landed} == {"ok"}
    assert 7.0 in waits


def test_a_backoff_beyond_the_cap_ends_the_pull_and_keeps_the_reply_that_asked_for_it(
    server: ReplayServer, tmp_path: Path
) -> None:
    server.on(QUESTIONS, zipped(GOOD | {"backoff": 7}))
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23), wait_cap_s=5.0)
    landed = collect(source, NOVEMBER)
    assert [entry.status for entry in landed] == ["ok", "rate_limited"]
    assert landed[0].request != landed[1].request
    assert len(rows_of(source)) == 1


def test_a_used_up_quota_ends_the_pull_without_provoking_a_refusal(server: ReplayServer, tmp_path: Path) -> None:
    server.on(QUESTIONS, zipped(GOOD | {"quota_remaining": 0}))
    landed = collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23)), NOVEMBER)
    assert [entry.status for entry in landed] == ["ok", "rate_limited"]
    assert server.count() == 1


def test_the_key_travels_in_the_header_and_leaves_no_trace(server: ReplayServer, tmp_path: Path) -> None:
    key = "secret-key-of-a-test"

    def answer(asked: Asked) -> Answer:
        assert asked.headers["Authorization"] == f"Bearer {key}"
        assert key not in str(asked.query)
        # A service that shows the key in its refusal.
        return zipped({"error_id": 405, "error_message": f"key {key} is not known"}, 400)

    server.on(QUESTIONS, answer)
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 23), keys={"STACKEXCHANGE_KEY": key})
    landed = collect(source, NOVEMBER)
    assert "is not known" in landed[0].message
    assert key not in repr(landed)
    assert_nowhere(key, tmp_path)


def test_without_a_key_no_header_is_sent(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23)), NOVEMBER)
    assert "Authorization" not in server.asked[0].headers


def assert_nowhere(key: str, folder: Path) -> None:
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert key.encode() not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def a_payload(content: bytes) -> tuple[StackExchange, Payload]:
    source = live_source("stackexchange", "http://127.0.0.1:9", Path("unused"))
    assert isinstance(source, StackExchange)
    return source, source.payload(next(iter(source.plan())), content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_rows_or_one_clear_error(content: bytes) -> None:
    source, payload = a_payload(content)
    rows = read_rows(source, payload, "stackexchange, GET /")
    if rows is not None:
        [row] = rows
        assert type(row[3]) is int
        assert 0 <= row[3] < 2**63


def test_deep_nesting_is_refused() -> None:
    source, payload = a_payload(b'{"total":1,"x":' + b"[" * 100_000)
    with pytest.raises(SourceError):
        list(source.parse(payload))
