"""What any service may answer instead of figures, and replies that are nearly good: for tests of every source."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.landing import Landed
from sources.live import LiveSource
from sources.protocol import Batch, Payload
from tests.sources.live import collect
from tests.sources.replay import Answer, as_html, as_json, gzip_bomb


@functools.cache
def faults() -> dict[str, tuple[Answer, str]]:
    """Return what any service may answer instead of figures, each with the status of the pull: for contract tests.

    They hold for a source without patience (`wait_cap_s=0`, `read_s=0.3`) that expects a JSON object.
    """
    return {
        "stalled": (Answer(b"late", stall_s=30), "error"),
        "cut": (Answer(b'{"data": [], "more": 1}', cut_at=9), "error"),
        "broken-tail": (Answer(b'{"data": [], "more'), "error"),
        "exception-behind": (Answer(b'{"data": []}\nCode: 159. DB::Exception: Timeout'), "error"),
        "empty": (Answer(b""), "error"),
        "consent-page": (as_html("<html><body>Before you go on</body></html>"), "error"),
        "no-gzip": (Answer(b"{}", headers={"Content-Encoding": "gzip"}), "error"),
        "bomb": (gzip_bomb(150), "error"),
        "elsewhere": (Answer(b"", 302, {"Location": "http://elsewhere.example/"}), "error"),
        "deep": (Answer(b"[" * 100_000), "error"),
        "null": (Answer(b"null"), "error"),
        "list": (Answer(b"[1]"), "error"),
        "bad-request": (as_json({"error": "no"}, 400), "error"),
        "forbidden": (as_html("no", 403), "error"),
        "broken-service": (as_html("oops", 500), "error"),
        "closed": (as_html("down", 503, Retry_After="600"), "error"),
        "refused": (as_html("<h1>Too many</h1>", 429), "rate_limited"),
        "refused-for-long": (as_json({}, 429, Retry_After="7200"), "rate_limited"),
    }


def check_gap(
    good: LiveSource,
    bad: LiveSource,
    spoil: Callable[[], object],
    rows: Callable[[Any], object],
    status: str,
    message: str,
    since: dt.date | None = None,
) -> list[Landed]:
    """Collect a good day and, once the service is spoilt, a bad one; return the lines that the bad one landed.

    They have the status, the first of them the message, and no row came or went with them.
    """
    collect(good, since)
    before = rows(good)
    assert before
    spoil()
    landed = collect(bad, since)
    assert {entry.status for entry in landed} == {status}
    assert message in landed[0].message
    assert rows(bad) == before
    return landed


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """Return replies that are nearly good: a stretch cut out, and other bytes in its place. For fuzzing parsers."""
    tokens = [
        b"",
        b"null",
        b"-1",
        b"1e400",
        b'"',
        b"{}",
        b"[]",
        b"\xff",
        b"9" * 30,
        b'"0001-01-01"',
        b"true",
        b"\\ud800",
    ]
    place = st.tuples(st.integers(0, len(good)), st.integers(0, 40), st.sampled_from(tokens) | st.binary(max_size=8))
    return place.map(lambda cut: good[: cut[0]] + cut[2] + good[cut[0] + cut[1] :])


def read(source: LiveSource, payload: Payload) -> list[Batch] | SourceError:
    """Return the rows of one reply, or why there are none. Anything else that a parser raises is a fault of its own."""
    try:
        return list(source.parse(payload))
    except SourceError as error:
        return error


def read_rows(source: LiveSource, payload: Payload, named: str) -> list[tuple] | None:
    """Return the rows of one reply; None where it is refused, and then in an error that says `named` and what to do."""
    refusal: SourceError | None = None
    try:
        return [row for batch in source.parse(payload) for row in batch.rows]
    except SourceError as error:
        refusal = error
    assert refusal.message.startswith(named)
    assert refusal.hint
    return None
