"""Every way the hub fails gives a status, no row, and loses nothing."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.sources.faults import check_gap
from tests.sources.huggingface.service import (
    MODELS,
    NOW,
    PAGE,
    SITE,
    model,
    source_at,
)
from tests.sources.live import collect, parsed
from tests.sources.replay import Answer, ReplayServer, as_html, as_json, gzip_bomb

FAULTS: dict[str, tuple[Answer, str, str]] = {
    "429, RateLimit": (Answer(b"", 429, {"RateLimit": '"api";r=0;t=250'}), "rate_limited", "250 s"),
    "429, Retry-After": (as_html("slow", 429, Retry_After="400"), "rate_limited", "400 s"),
    "429 without": (as_html("slow", 429), "rate_limited", "429"),
    "401": (as_json({"error": "Invalid credentials"}, 401), "error", "Invalid credentials"),
    "404": (as_html("no", 404), "error", "404"),
    "408": (as_html("too slow", 408), "error", "408"),
    "500": (as_html("oh", 500), "error", "500"),
    "HTML in a 200": (as_html("<h1>Maintenance</h1>"), "error", "by_downloads, page 1"),
    "an object": (as_json({"error": "x"}), "error", "by_downloads, page 1"),
    "a list of numbers": (as_json([1, 2]), "error", "by_downloads, page 1"),
    "null": (as_json(None), "error", "by_downloads, page 1"),
    "downloads null": (as_json([model(1, None)]), "error", "downloads"),
    "downloads missing": (as_json([{"id": "a/b", "createdAt": "2026-01-01T00:00:00.000Z"}]), "error", "downloads"),
    "downloads negative": (as_json([model(1, -5)]), "error", "downloads"),
    "createdAt missing": (as_json([{"id": "a/b", "downloads": 4}]), "error", "createdAt"),
    "createdAt no time": (as_json([model(1) | {"createdAt": "yesterday"}]), "error", "createdAt"),
    "not sorted by age": (as_json([model(1, 9, 20), model(2, 8, 3)]), "error", "not sorted by age"),
    "no id": (as_json([{"downloads": None}]), "error", "page 1"),
    "empty body": (Answer(b""), "error", "page 1"),
    "broken tail": (Answer(json.dumps(PAGE).encode()[:-4]), "error", "page 1"),
    "not UTF-8": (Answer(b'[{"id": "\xff", "downloads": "\xfe"}]'), "error", "page 1"),
    "deep nesting": (Answer(b"[" * 200_000), "error", "page 1"),
    "cut connection": (Answer(json.dumps(PAGE).encode(), cut_at=20), "error", "connection"),
    "stalled": (Answer(b"[]", stall_s=1.0), "error", "connection"),
    "another host": (Answer(b"", 307, {"Location": "http://localhost:1/api/models"}), "error", "another host"),
    "gzip bomb": (gzip_bomb(120), "error", "larger than"),
}


@pytest.mark.parametrize(("fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, fault: Answer, status: str, message: str
) -> None:
    again = source_at(server, tmp_path, NOW + dt.timedelta(days=1), read_s=0.3)
    spoil, rows = partial(server.on, MODELS, fault), partial(parsed, table="hub_models")
    landed = check_gap(source_at(server, tmp_path), again, spoil, rows, status, message)
    # No layer of retries beside the session's: one request a list.
    asked = sum(asked.path == "/api/models" for asked in server.asked)
    assert asked <= 12 + 2 * len(landed)


def test_a_refused_count_ends_the_pull(server: ReplayServer, tmp_path: Path) -> None:
    server.on(SITE, as_html("slow", 429))
    landed = collect(source_at(server, tmp_path))
    assert [entry.status for entry in landed] == ["rate_limited"]


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=1000)
    server.on(MODELS, as_json([model(1) | {"padding": "x" * 2000}]))
    assert {entry.status for entry in collect(source)} == {"error"}
    assert parsed(source, "hub_models") == []
