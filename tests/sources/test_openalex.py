"""OpenAlex: papers by year, two replies in one payload, a key that leaves no trace, every way the service fails."""

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

from sources.openalex import OpenAlex
from tests.sources.faults import check_gap, read_rows
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, gzip_bomb, replaying

KEY = "secret-key-of-a-test"
NOW = dt.datetime(2026, 11, 23, 6)
WORKS = "GET /works"
JAX = '"JAX" AND ("Flax" OR "deep learning")'


def groups(**counts: Any) -> dict[str, Any]:
    """A reply in the true shape: groups are sorted by count."""
    listed = [{"key": year.removeprefix("y"), "key_display_name": year, "count": n} for year, n in counts.items()]
    return {"meta": {"count": 51234, "groups_count": len(listed)}, "results": [], "group_by": listed}


GOOD = groups(y2024=900, y2026=850, y2015=3)
TOTAL = groups(y2024=9000, y2026=8000, y2015=40, y2016=70)


def answering(asked: Asked) -> Answer:
    is_total = ") OR (" in asked.query["filter"].removeprefix(JAX) and asked.query["filter"].count(" OR ") > 1
    return as_json(TOTAL if is_total else GOOD)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as server:
        yield server.on(WORKS, answering)


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, key: str = KEY, **options: Any) -> OpenAlex:
    keys = {"OPENALEX_API_KEY": key} if key else {}
    source = live_source("openalex", server.url, folder, keys=keys, clock=Clock(now), **options)
    assert isinstance(source, OpenAlex)
    return source


def test_a_framework_gives_a_row_a_year_with_the_total_of_all(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    assert [entry.status for entry in collect(source)] == ["ok"] * 4
    rows = parsed(source, "papers")
    rule = 'works whose title or abstract match "Keras"; total: works that match any framework\'s query'
    assert rows[:3] == [
        {
            "population": "openalex",
            "period": year,
            "granularity": "year",
            "venue": "all",
            "label": "keras",
            "papers": papers,
            "total_papers": total,
            "counting_rule": rule,
            "note": note,
        }
        for year, papers, total, note in [
            ("2024", 900, 9000, None),
            ("2026", 850, 8000, "the year is not over"),
            ("2015", 3, 40, None),
        ]
    ]
    assert [row["label"] for row in rows[::3]] == ["keras", "pytorch", "tensorflow", "jax"]
    assert [row["note"] for row in rows[9:11]] == [
        "approximate: the name alone is ambiguous",
        "approximate: the name alone is ambiguous; the year is not over",
    ]


def test_what_is_asked(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path))
    # The total once, the frameworks one by one.
    assert [asked.query["filter"].partition(":")[2].partition(",")[0] for asked in server.asked] == [
        f'("Keras") OR ("PyTorch") OR ("TensorFlow") OR ({JAX})',
        '"Keras"',
        '"PyTorch"',
        '"TensorFlow"',
        JAX,
    ]
    assert {asked.query["filter"].rpartition(",")[2] for asked in server.asked} == {"publication_year:2015-2026"}
    assert {asked.query["group_by"] for asked in server.asked} == {"publication_year"}


def test_the_year_is_that_of_the_clock_in_utc(server: ReplayServer, tmp_path: Path) -> None:
    requests = list(source_at(server, tmp_path, dt.datetime(2026, 12, 31, 23, 59, 59)).plan())
    assert dict(requests[0].params)["filter"].endswith(":2015-2026")
    requests = list(source_at(server, tmp_path, dt.datetime(2027, 1, 1)).plan(since=dt.date(2024, 5, 1)))
    assert dict(requests[0].params)["filter"].endswith(":2024-2027")


def test_both_replies_land_verbatim(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    landed = collect(source)
    pair = json.loads(source.context.landing.payload(landed[0]).content)
    assert pair["works"] == json.dumps(GOOD)
    assert pair["total"] == json.dumps(TOTAL)


def test_the_second_run_of_a_day_asks_nothing_and_a_stopped_one_goes_on(server: ReplayServer, tmp_path: Path) -> None:
    server.on(WORKS, [as_json(TOTAL), as_json(GOOD), as_html("spent", 429, Retry_After="41000")])
    first = collect(source_at(server, tmp_path))
    assert [entry.status for entry in first] == ["ok", "rate_limited"]
    assert "41000 s" in first[1].message

    server.on(WORKS, answering)
    source = source_at(server, tmp_path, NOW + dt.timedelta(hours=3))
    assert [entry.status for entry in collect(source)] == ["ok"] * 3
    assert len(parsed(source, "papers")) == 12
    server.asked.clear()
    assert collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23, 23, 59))) == []
    assert server.count() == 0


def test_without_a_key_nothing_is_asked(server: ReplayServer, tmp_path: Path) -> None:
    landed = collect(source_at(server, tmp_path, key=""))
    assert [(entry.status, entry.dataset) for entry in landed] == [("not_configured", "papers")]
    assert "OPENALEX_API_KEY" in landed[0].message
    assert server.count() == 0


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_the_key_is_sent_and_leaves_no_trace(
    server: ReplayServer, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    # A service that shows the request, key and all, in its reply.
    server.on(WORKS, lambda asked: as_json(TOTAL | {"message": f"asked with api_key={KEY}"}, status))
    landed = collect(source_at(server, tmp_path))
    assert {asked.query["api_key"] for asked in server.asked} == {KEY}
    assert landed
    assert KEY not in repr(landed)
    assert "api_key=***" in caplog.text
    assert KEY not in caplog.text
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert KEY.encode() not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def test_a_server_error_is_no_reason_to_wait_until_midnight(server: ReplayServer, tmp_path: Path) -> None:
    server.on(WORKS, [as_html("oh", 502, X_RateLimit_Reset="40000"), as_json(TOTAL), as_json(GOOD)])
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    waits: list[float] = []
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = waits.append
    assert {entry.status for entry in collect(source)} == {"ok"}
    assert len(waits) == 1
    assert waits[0] < 10


FAULTS: dict[str, tuple[Answer, str, str]] = {
    "429, hours": (as_html("spent", 429, Retry_After="41000"), "rate_limited", "41000 s"),
    "429, reset header": (as_html("spent", 429, X_RateLimit_Reset="30000"), "rate_limited", "30000 s"),
    "401": (as_json({"error": "Invalid key"}, 401), "error", "Invalid key"),
    "404": (as_html("no", 404), "error", "404"),
    "500": (as_html("oh", 500), "error", "500"),
    "HTML in a 200": (as_html("<h1>Maintenance</h1>"), "error", "Maintenance"),
    "no groups": (as_json({"meta": {}, "results": []}), "error", "group_by"),
    "groups null": (as_json(GOOD | {"group_by": None}), "error", "group_by"),
    "count null": (as_json(groups(y2024=None)), "error", "count"),
    "count quoted": (as_json(groups(y2024="900")), "error", "count"),
    "count negative": (as_json(groups(y2024=-1)), "error", "count"),
    "a key that is no year": (as_json(groups(unknown=4)), "error", "key"),
    "a year that is a number": (as_json({"group_by": [{"key": 2024, "count": 1}]}), "error", "key"),
    "empty body": (Answer(b""), "error", "works: "),
    "broken tail": (Answer(json.dumps(GOOD).encode()[:-3]), "error", "truncated"),
    "not UTF-8": (Answer(b'{"group_by": "\xff\xfe"}'), "error", "group_by"),
    "cut connection": (Answer(json.dumps(GOOD).encode(), cut_at=20), "error", "connection"),
    "stalled": (Answer(b"{}", stall_s=1.0), "error", "connection"),
    "another host": (Answer(b"", 302, {"Location": "http://localhost:1/works"}), "error", "another host"),
    "gzip bomb": (gzip_bomb(120), "error", "larger than"),
}


@pytest.mark.parametrize(("fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, fault: Answer, status: str, message: str
) -> None:
    again = source_at(server, tmp_path, NOW + dt.timedelta(days=1), read_s=0.3)
    spoil = partial(setattr, server, "trouble", fault)
    check_gap(source_at(server, tmp_path), again, spoil, partial(parsed, table="papers"), status, message)


@pytest.mark.parametrize(
    ("total", "message"),
    [(groups(y2024=899, y2026=8000, y2015=40), "900 papers in 2024, and 899"), (groups(y2024=9000), "and none of all")],
)
def test_a_part_larger_than_its_total_is_refused(
    server: ReplayServer, tmp_path: Path, total: dict[str, Any], message: str
) -> None:
    server.on(WORKS, [as_json(total), as_json(GOOD)])
    source = source_at(server, tmp_path)
    landed = collect(source)
    assert {entry.status for entry in landed} == {"error"}
    assert message in landed[0].message
    assert parsed(source, "papers") == []


def test_a_framework_that_no_paper_names_gives_no_rows_and_no_zeros(server: ReplayServer, tmp_path: Path) -> None:
    server.on(WORKS, [as_json(TOTAL), as_json(groups())])
    source = source_at(server, tmp_path)
    assert {entry.status for entry in collect(source)} == {"ok"}
    assert parsed(source, "papers") == []


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=1000)
    server.on(WORKS, as_json(GOOD | {"padding": "x" * 2000}))
    assert {entry.status for entry in collect(source)} == {"error"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["2024", "2026"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["group_by", "key", "count", "works", "total"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_rows_or_one_clear_error(content: bytes) -> None:
    check_parse(content)


@given(st.sampled_from(["label", "query", "works", "total"]), VALUES, st.booleans())
def test_a_good_payload_with_one_part_replaced_gives_rows_or_one_clear_error(
    part: str, value: Any, is_text: bool
) -> None:
    good = {"label": "keras", "query": '"Keras"', "works": json.dumps(GOOD), "total": json.dumps(TOTAL)}
    check_parse(json.dumps(good | {part: json.dumps(value) if is_text else value}).encode())


def check_parse(content: bytes) -> None:
    source = live_source("openalex", "http://127.0.0.1:9", Path("unused"))
    payload = source.payload(next(iter(source.plan())), content)
    rows = read_rows(source, payload, "openalex, GET /works") or []
    assert all(type(row[5]) is int and 0 <= row[5] <= row[6] < 2**63 for row in rows)
